import { describe, expect, it } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import { decideInterrupted } from '../../../shared/domain/interruption.ts';
import type { DrainIncident, Interruption } from '../../../shared/incidents/incident.ts';
import { arn, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const causes = ['spot', 'rebalance', 'scheduled change'] as const;

function interrupted(interruption: Partial<Interruption> = {}, rest: Partial<DrainIncident> = {}): DrainIncident {
  return drain({
    actions: [],
    interruption: { cause: 'spot', atMs: T0, wasDraining: false, ...interruption },
    ...rest,
  });
}

const running: DrainObservation = {
  instances: [instance()],
  autoScaling: { lifecycleState: 'InService' },
  ec2State: 'running',
  tasks: [],
};

function decide(
  incident: DrainIncident,
  seen: Partial<DrainObservation> = {},
  { nowMs = T0 + MINUTE_MS, settings = policy } = {},
) {
  return decideInterrupted(incident, { ...running, ...seen }, { policy: settings, nowMs });
}

const web = task();
const batch = task({ group: 'family:batch' });
const proxy = task({ group: 'family:proxy', startedBy: arn });

describe('a drain without a hook', () => {
  it('never releases anything, whatever is seen and however late it is', () => {
    for (const ec2State of ['pending', 'running', 'stopping', 'shutting-down', undefined]) {
      for (const lateMs of [0, 2 * MINUTE_MS, 600 * MINUTE_MS]) {
        const seen = { ec2State, instances: [instance({ agentConnected: false })] };
        expect(decide(interrupted({ expectedAtMs: T0 }), seen, { nowMs: T0 + lateMs }).kind).toBe('wait');
      }
    }
  });

  it('is decided on as such: the record holds no action', () => {
    const observation = { ...running, tasks: [], ec2State: 'stopped' };
    const decision = decideDrain(interrupted(), observation, { policy, nowMs: T0 });
    expect(decision).toEqual({ kind: 'taken', ec2State: 'stopped', lost: [] });
  });

  it.each([
    ['terminated', 'terminated'],
    ['gone', 'terminated'],
    ['stopped', 'stopped'],
  ])('is over when EC2 says %s, and what still ran there is lost', (ec2State, taken) => {
    const tasks = [web, proxy, task({ lastStatus: 'STOPPED' })];
    expect(decide(interrupted(), { ec2State, tasks })).toEqual({ kind: 'taken', ec2State: taken, lost: [web] });
  });

  it('is closed when ECS lists no registration any more of an instance that runs, and only then', () => {
    expect(decide(interrupted(), { instances: [] })).toEqual({ kind: 'close', outcome: 'registration gone' });
    for (const ec2State of ['pending', 'stopping', 'shutting-down', undefined]) {
      expect(decide(interrupted(), { instances: [], ec2State }).kind).toBe('wait');
    }
    expect(decide(interrupted(), { instances: undefined }).kind).toBe('wait');
  });

  it('holds nothing, so it beats no hook and gives up no agent', () => {
    expect(decide(interrupted(), { instances: [instance({ agentConnected: false })], tasks: [web] })).toEqual({
      kind: 'wait',
      blocking: [web],
      toStop: [],
      heartbeats: [],
      toDrain: [],
      lostContact: undefined,
      unblockedAtMs: undefined,
      isStalled: false,
    });
  });

  it('of which the record does not say what asked for it is only waited for', () => {
    const unexplained = drain({ actions: [] });
    const seen = { instances: [instance({ status: 'ACTIVE' })], tasks: [proxy] };
    expect(decide(unexplained, seen, { nowMs: T0 + 6_000 * MINUTE_MS })).toMatchObject({
      kind: 'wait',
      toStop: [],
      toDrain: seen.instances,
    });
  });
});

describe('when only tasks are left that nothing waits for', () => {
  it('is noted when it is first seen, kept, and forgotten when another task appears', () => {
    const since = interrupted({}, { unblockedAtMs: T0 + 5 });
    expect(decide(interrupted(), { tasks: [proxy] })).toMatchObject({ unblockedAtMs: T0 + MINUTE_MS });
    expect(decide(since, { tasks: [proxy] })).toMatchObject({ unblockedAtMs: T0 + 5 });
    expect(decide(since, { tasks: [proxy, web] })).toMatchObject({ unblockedAtMs: undefined });
  });

  it('is neither noted nor forgotten by a look that did not see the tasks', () => {
    const unseen = { tasks: undefined };
    expect(decide(interrupted({}, { unblockedAtMs: T0 + 5 }), unseen)).toMatchObject({ unblockedAtMs: T0 + 5 });
    expect(decide(interrupted(), unseen)).toMatchObject({ unblockedAtMs: undefined, blocking: undefined, toStop: [] });
  });
});

describe('what is set DRAINING', () => {
  const active = instance({ status: 'ACTIVE' });
  const seen = { instances: [instance(), active, instance({ status: 'REGISTERING' })] };

  it('are the registrations that are ACTIVE', () => {
    expect(decide(interrupted(), seen)).toMatchObject({ toDrain: [active] });
    expect(decide(interrupted(), { instances: undefined })).toMatchObject({ toDrain: [] });
  });

  it('is nothing in observe mode', () => {
    const settings = { ...policy, mode: 'observe' as const };
    expect(decide(interrupted(), seen, { settings })).toMatchObject({ kind: 'wait', toDrain: [] });
  });

  it('is nothing once on-call was told that the instance is spared: what they set ACTIVE stays so', () => {
    expect(decide(interrupted({ sparedToldAtMs: T0 }), seen)).toMatchObject({ kind: 'wait', toDrain: [] });
  });
});

describe('what is stopped', () => {
  const stop = { ...policy, standaloneTasks: 'stop' as const };

  it('is what does not block, only where the instance is certain to go', () => {
    expect(decide(interrupted({ cause: 'spot' }), { tasks: [proxy] })).toMatchObject({ toStop: [proxy] });
    expect(decide(interrupted({ cause: 'rebalance' }), { tasks: [proxy] })).toMatchObject({ toStop: [] });
    expect(decide(interrupted({ cause: 'scheduled change' }), { tasks: [proxy] })).toMatchObject({ toStop: [] });
  });

  it('is nothing of it while others block, or while nobody knows', () => {
    expect(decide(interrupted(), { tasks: [proxy, web] })).toMatchObject({ blocking: [web], toStop: [] });
    expect(decide(interrupted(), { tasks: undefined })).toMatchObject({ toStop: [] });
  });

  it.each(causes)('are standalone tasks where the operator says so, for %s too', (cause) => {
    const seen = { tasks: [proxy, web, batch] };
    expect(decide(interrupted({ cause }), seen, { settings: stop })).toMatchObject({ toStop: [batch] });
    expect(decide(interrupted({ cause }), seen)).toMatchObject({ toStop: [] });
  });
});

describe('a drain without a hook that does not move', () => {
  const stalledMs = Number(policy.drainStalledMinutes) * MINUTE_MS;
  const at = (cause: Interruption['cause'], tasks: DrainObservation['tasks'], nowMs = T0 + stalledMs) =>
    decide(interrupted({ cause, expectedAtMs: T0 + 6_000 * MINUTE_MS }), { tasks }, { nowMs });

  it.each(['rebalance', 'scheduled change'] as const)('is told of after a while, for %s', (cause) => {
    expect(at(cause, [web], T0 + stalledMs - 1)).toMatchObject({ isStalled: false });
    expect(at(cause, [web])).toMatchObject({ isStalled: true });
  });

  it('is not told of when nothing blocks it, or nobody could look', () => {
    expect(at('rebalance', [])).toMatchObject({ isStalled: false });
    expect(at('rebalance', [proxy])).toMatchObject({ isStalled: false });
    expect(at('rebalance', undefined)).toMatchObject({ isStalled: false });
  });

  it('is not told of where EC2 takes the instance within minutes anyway', () => {
    expect(at('spot', [web])).toMatchObject({ isStalled: false });
  });
});
