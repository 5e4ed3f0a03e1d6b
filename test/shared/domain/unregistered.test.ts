import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { decideLaunch, type LaunchObservation } from '../../../shared/domain/launch.ts';
import type { LaunchIncident } from '../../../shared/incidents/incident.ts';
import { clusterArn, ec2InstanceId, heldAction, instance, MINUTE_MS, T0 } from '../fleet.ts';

const told: LaunchIncident = {
  kind: 'launch',
  id: `launch#${ec2InstanceId}`,
  version: 1,
  phase: 'told',
  openedAtMs: T0,
  outbox: [],
  ec2InstanceId,
  groupName: 'shop-nodes',
  clusterArn,
  isCertain: true,
  actions: [],
  completed: [],
  deadlineAtMs: T0 + 15 * MINUTE_MS,
};

interface Row {
  readonly when: string;
  readonly incident?: Partial<LaunchIncident>;
  readonly seen: LaunchObservation;
  readonly minutes: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly decides: object;
}

const ec2 = { state: 'running', checks: { system: 'ok', instance: 'ok' } };
const inService = { lifecycleState: 'InService', registrations: [], ec2 };

const rows: readonly Row[] = [
  {
    when: 'on-call knows',
    seen: inService,
    minutes: 16,
    decides: { kind: 'replace' },
  },
  {
    when: 'it is young',
    incident: { phase: 'waiting' },
    seen: inService,
    minutes: 1,
    decides: { kind: 'wait' },
  },
  {
    when: 'nobody has been told yet, as it was given longer than it would be now',
    incident: { phase: 'waiting', deadlineAtMs: T0 + 30 * MINUTE_MS },
    seen: inService,
    minutes: 16,
    decides: { kind: 'wait' },
  },
  {
    when: 'EC2 was not asked',
    seen: { ...inService, ec2: undefined },
    minutes: 16,
    decides: { kind: 'wait' },
  },
  {
    when: 'it is registered in another cluster',
    seen: { ...inService, registrations: [instance({ clusterArn: clusterArn.replace('/shop', '/dev') })] },
    minutes: 16,
    decides: { kind: 'wait' },
  },
  {
    when: 'its agent is registered, and silent',
    seen: { ...inService, registrations: [instance({ agentConnected: false })] },
    minutes: 16,
    decides: { kind: 'wait' },
  },
  {
    when: 'it has not come into service',
    seen: { ...inService, lifecycleState: 'Pending' },
    minutes: 16,
    decides: { kind: 'wait' },
  },
  {
    when: 'its hook let it in a moment ago',
    incident: { letInAtMs: T0 + 15 * MINUTE_MS },
    seen: inService,
    minutes: 29,
    decides: { kind: 'wait' },
  },
  {
    when: 'its hook let it in for as long as an instance may be in no cluster',
    incident: { letInAtMs: T0 + 15 * MINUTE_MS },
    seen: inService,
    minutes: 30,
    decides: { kind: 'replace' },
  },
  {
    when: "instances in no cluster are nobody's business",
    seen: inService,
    minutes: 60,
    settings: { unregisteredMinutes: 'off' },
    decides: { kind: 'wait' },
  },
  {
    when: 'no tag says that its group is watched',
    incident: { isCertain: false },
    seen: inService,
    minutes: 60,
    decides: { kind: 'wait' },
  },
  {
    when: 'it is being replaced',
    incident: { replacedAtMs: T0 + 16 * MINUTE_MS },
    seen: inService,
    minutes: 17,
    decides: { kind: 'wait' },
  },
  {
    when: 'it was to be replaced and is still there',
    incident: { replacedAtMs: T0 + 16 * MINUTE_MS },
    seen: inService,
    minutes: 26,
    decides: { kind: 'replace' },
  },
];

describe('an instance in service and in no cluster, where such are to be replaced', () => {
  it.each(rows)('when $when', ({ incident, seen, minutes, settings, decides }) => {
    const policy = parsePolicy({ unregisteredAction: 'replace', ...settings });
    const circumstances = { policy, nowMs: T0 + minutes * MINUTE_MS };

    expect(decideLaunch({ ...told, ...incident }, seen, circumstances)).toMatchObject(decides);
  });
});

describe('an instance of a group that nobody watches any more', () => {
  const closed = { kind: 'close', outcome: 'not looked after' };
  const decide = (incident: Partial<LaunchIncident>, isWatched: boolean | undefined, settings = {}) =>
    decideLaunch(
      { ...told, ...incident },
      { ...inService, isWatched },
      { policy: parsePolicy({ unregisteredAction: 'replace', ...settings }), nowMs: T0 + 16 * MINUTE_MS },
    );

  it('is not waited for, and on-call is told if they were before', () => {
    expect(decide({ phase: 'waiting' }, false)).toEqual(closed);
    expect(decide({}, false)).toEqual(closed);
    expect(decide({}, true)).toEqual({ kind: 'replace' });
    expect(decide({}, undefined)).toEqual({ kind: 'replace' });
  });

  it('is not waited for where the operator has switched that off, but who was told stays told', () => {
    expect(decide({ phase: 'waiting' }, true, { unregisteredMinutes: 'off' })).toEqual(closed);
    expect(decide({}, true, { unregisteredMinutes: 'off' })).toMatchObject({ kind: 'wait' });
  });

  it('is waited for all the same, and not replaced, once a launch hook has asked for it', () => {
    const completed = [heldAction({ hookName: 'ebbtide-launch' })];
    expect(decide({ completed }, false)).toMatchObject({ kind: 'wait' });
    expect(decide({ phase: 'waiting', actions: completed }, false)).not.toEqual(closed);
  });
});
