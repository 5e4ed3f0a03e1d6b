import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { decideLaunch, homeOf, type LaunchObservation } from '../../../shared/domain/launch.ts';
import type { LaunchIncident } from '../../../shared/incidents/incident.ts';
import { clusterArn, ec2InstanceId, heldAction, instance, MINUTE_MS, T0 } from '../fleet.ts';

const elsewhere = clusterArn.replace('/shop', '/dev');
const ec2 = { state: 'running', checks: { system: 'ok', instance: 'ok' } };

function launch(overrides: Partial<LaunchIncident> = {}): LaunchIncident {
  return {
    kind: 'launch',
    id: `launch#${ec2InstanceId}`,
    version: 1,
    phase: 'waiting',
    openedAtMs: T0,
    outbox: [],
    ec2InstanceId,
    groupName: 'shop-nodes',
    isCertain: false,
    actions: [heldAction({ hookName: 'ebbtide-launch' })],
    completed: [],
    deadlineAtMs: T0 + 15 * MINUTE_MS,
    ...overrides,
  };
}

const tagged = { clusterArn, isCertain: true };
const unhooked = { ...tagged, actions: [] };
const told = { ...unhooked, phase: 'told' } as const;
const here = instance({ status: 'ACTIVE' });
const away = instance({ status: 'ACTIVE', agentConnected: false });
const foreign = instance({ status: 'ACTIVE', clusterArn: elsewhere });
const registering = instance({ status: 'REGISTERING' });

interface Row {
  readonly when: string;
  readonly incident?: Partial<LaunchIncident>;
  readonly seen: LaunchObservation;
  readonly minutes?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly decides: object;
}

const held = { lifecycleState: 'Pending:Wait', registrations: [] };
const late = { minutes: 15 };
const inService = { lifecycleState: 'InService', registrations: [], ec2 };
const onlyShop = { clusters: 'shop' };

const rows: readonly Row[] = [
  { when: 'its agent is connected', seen: { registrations: [here] }, decides: { kind: 'let in' } },
  { when: 'it is drained already', seen: { registrations: [instance()] }, decides: { kind: 'let in' } },
  {
    when: 'its agent is connected past the deadline',
    seen: { ...held, registrations: [here], ec2 },
    ...late,
    decides: { kind: 'let in' },
  },
  { when: 'it is still registering', seen: { registrations: [registering] }, decides: { kind: 'wait' } },
  { when: 'its agent is disconnected', seen: { ...held, registrations: [away] }, decides: { kind: 'wait' } },
  { when: 'one of two registrations is connected', seen: { registrations: [away, here] }, decides: { kind: 'let in' } },
  {
    when: 'the deadline has come',
    seen: { ...held, ec2 },
    ...late,
    decides: { kind: 'give up', result: 'ABANDON', known: { standing: { kind: 'not registered' } } },
  },
  {
    when: 'the deadline has come and the operator says so',
    seen: { ...held, ec2 },
    ...late,
    settings: { launchDeadlineResult: 'CONTINUE' },
    decides: { kind: 'give up', result: 'CONTINUE' },
  },
  {
    when: 'its group is tagged with a cluster that is not looked after, even if it is there',
    incident: { clusterArn: elsewhere, isCertain: true },
    seen: { ...held, registrations: [foreign] },
    settings: onlyShop,
    decides: { kind: 'close', outcome: 'not looked after' },
  },
  {
    when: 'the deadline has come, and the others of its group are in a cluster that is not looked after',
    incident: { clusterArn: elsewhere },
    seen: { ...held, ec2 },
    ...late,
    settings: onlyShop,
    decides: { kind: 'wait', heartbeats: [] },
  },
  {
    when: 'it is where Ebbtide looks, unlike the others of its group',
    incident: { clusterArn: elsewhere },
    seen: { ...held, registrations: [here] },
    settings: onlyShop,
    decides: { kind: 'let in' },
  },
  { when: 'the deadline has come, but EC2 was not asked', seen: held, ...late, decides: { kind: 'wait' } },
  {
    when: 'the deadline has come, but the clusters were not asked',
    seen: { lifecycleState: 'Pending:Wait', ec2 },
    ...late,
    decides: { kind: 'wait' },
  },
  {
    when: 'it is disconnected at the deadline',
    seen: { ...held, registrations: [away], ec2 },
    ...late,
    decides: { kind: 'give up', known: { standing: { kind: 'disconnected' } } },
  },
  {
    when: 'it is in another cluster than its tag says',
    incident: tagged,
    seen: { ...held, registrations: [foreign], ec2 },
    decides: { kind: 'wait' },
  },
  {
    when: 'it is so at the deadline',
    incident: tagged,
    seen: { ...held, registrations: [foreign], ec2 },
    ...late,
    decides: { kind: 'give up', known: { standing: { kind: 'elsewhere' } } },
  },
  {
    when: 'it is in another cluster, and no tag says where it belongs',
    seen: { registrations: [foreign] },
    decides: { kind: 'let in' },
  },
  {
    when: 'it is in a cluster that is not looked after',
    seen: { registrations: [foreign] },
    settings: onlyShop,
    decides: { kind: 'close', outcome: 'not looked after' },
  },
  {
    when: 'its hook has ended otherwise',
    seen: { lifecycleState: 'InService', registrations: [] },
    decides: { kind: 'close', outcome: 'hook ended' },
  },
  {
    when: 'it is terminating',
    seen: { lifecycleState: 'Terminating:Wait', registrations: [] },
    decides: { kind: 'close', outcome: 'left' },
  },
  {
    when: 'it is gone',
    seen: { lifecycleState: 'gone', registrations: [] },
    decides: { kind: 'close', outcome: 'left' },
  },
  {
    when: 'it went back to the warm pool',
    seen: { lifecycleState: 'Warmed:Stopped', registrations: [] },
    decides: { kind: 'close', outcome: 'left' },
  },

  {
    when: 'in service, it registers in time',
    incident: unhooked,
    seen: { ...inService, registrations: [here] },
    decides: { kind: 'close', outcome: 'registered' },
  },
  {
    when: 'in service, it registers and disconnects',
    incident: unhooked,
    seen: { ...inService, registrations: [away] },
    decides: { kind: 'close', outcome: 'registered' },
  },
  { when: 'in service, it is young', incident: unhooked, seen: inService, minutes: 14, decides: { kind: 'wait' } },
  {
    when: 'in service, it never registered',
    incident: unhooked,
    seen: inService,
    ...late,
    decides: { kind: 'report' },
  },
  { when: 'on-call knows', incident: told, seen: inService, minutes: 60, decides: { kind: 'wait' } },
  {
    when: 'on-call knows, and it arrives',
    incident: told,
    seen: { ...inService, registrations: [here] },
    minutes: 60,
    decides: { kind: 'close', outcome: 'registered' },
  },
  {
    when: 'on-call knows, and it registers without an agent',
    incident: told,
    seen: { ...inService, registrations: [away] },
    minutes: 60,
    decides: { kind: 'wait' },
  },
  {
    when: 'in service, it was not looked for',
    incident: unhooked,
    seen: { lifecycleState: 'InService', ec2 },
    decides: { kind: 'wait' },
  },
];

describe('an instance on its way into a cluster', () => {
  it.each(rows)('when $when', ({ incident = {}, seen, minutes = 1, settings = {}, decides }) => {
    const policy = parsePolicy(settings);

    expect(decideLaunch(launch(incident), seen, { policy, nowMs: T0 + minutes * MINUTE_MS })).toMatchObject(decides);
  });

  it('keeps its hook alive while it waits', () => {
    const decide = (seconds: number) =>
      decideLaunch(launch(), held, { policy: parsePolicy({}), nowMs: T0 + seconds * 1_000 });

    expect(decide(39)).toEqual({ kind: 'wait', heartbeats: [] });
    expect(decide(40)).toEqual({ kind: 'wait', heartbeats: launch().actions });
  });
});

describe('the home of an instance', () => {
  it.each([
    ['what the tag of its group says, wherever it is registered', tagged, [foreign], clusterArn],
    [
      'where it is connected, wherever others of its group were',
      { clusterArn, isCertain: false },
      [foreign],
      elsewhere,
    ],
    ['where its agent is silent', { isCertain: false }, [away], clusterArn],
    ['where it is connected rather than where it is silent', { isCertain: false }, [away, foreign], elsewhere],
    ['where others of its group were, as long as it is nowhere', { clusterArn, isCertain: false }, [], clusterArn],
  ])('is %s', (_, home, registrations, expected) => {
    expect(homeOf(home, registrations, parsePolicy({}))).toBe(expected);
  });

  it('is not where Ebbtide must not look', () => {
    expect(homeOf({ isCertain: false }, [foreign], parsePolicy({ clusters: 'shop' }))).toBeUndefined();
  });
});

it('a launch whose end Ebbtide has told of is ended, though its hook is over: a function may have died in between', () => {
  const seen = { lifecycleState: 'InService', registrations: [], ec2 };
  const decide = (isOpen: boolean) =>
    decideLaunch(launch({ endTold: { atMs: T0, isOpen } }), seen, {
      policy: parsePolicy({}),
      nowMs: T0 + 16 * MINUTE_MS,
    });
  expect(decide(true)).toMatchObject({ kind: 'give up' });
  expect(decide(false)).toEqual({ kind: 'close', outcome: 'hook ended' });
});
