import { describe, expect, it } from 'vitest';
import type { DrainObservation } from '../../../shared/domain/drain.ts';
import { decideInterrupted } from '../../../shared/domain/interruption.ts';
import type { DrainIncident } from '../../../shared/incidents/incident.ts';
import { arn, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const web = task();
const proxy = task({ group: 'family:proxy', startedBy: arn });
const running: DrainObservation = {
  instances: [instance()],
  autoScaling: { lifecycleState: 'InService' },
  ec2State: 'running',
  tasks: [],
};

function replaced(when: 'at once' | 'drained', claimedAtMs?: number): DrainIncident {
  const interruption = { cause: 'rebalance', atMs: T0, wasDraining: false } as const;
  return drain({ actions: [], interruption, replacement: { when, claimedAtMs } });
}

function at(incident: DrainIncident, seen: Partial<DrainObservation> = {}, settings = policy, nowMs = T0) {
  return decideInterrupted(incident, { ...running, ...seen }, { policy: settings, nowMs });
}

describe('the replacement of an interrupted instance', () => {
  const told = (when: 'at once' | 'drained', claimedAtMs = T0) => ({
    kind: 'replace',
    replacement: { when, claimedAtMs },
  });
  const observing = { ...policy, mode: 'observe' as const };

  it('is asked for once within five minutes, and not where repairs are off', () => {
    const nowMs = T0 + 5 * MINUTE_MS;
    expect(at(replaced('at once'), {}, policy, nowMs)).toEqual(told('at once', nowMs));
    expect(at(replaced('at once', T0 + 1), {}, policy, nowMs).kind).toBe('wait');
    expect(at(replaced('at once', T0), {}, policy, nowMs)).toEqual(told('at once', nowMs));
    expect(at(replaced('at once'), {}, { ...policy, repairs: 'off' }, nowMs).kind).toBe('wait');
  });

  it('is noted once in observe mode, where nobody hears it', () => {
    expect(at(replaced('at once'), {}, observing).kind).toBe('replace');
    expect(at(replaced('at once', T0), {}, observing, T0 + 50 * MINUTE_MS).kind).toBe('wait');
  });

  it.each([undefined, 'Standby', 'Terminating', 'Terminating:Wait', 'gone'])(
    'is not asked for in state %s',
    (lifecycleState) => {
      const autoScaling = lifecycleState === undefined ? undefined : { lifecycleState };
      expect(at(replaced('at once'), { autoScaling }).kind).toBe('wait');
    },
  );

  it('comes at once where a hook of ours then drains the instance, however many tasks run', () => {
    expect(at(replaced('at once'), { tasks: [web] }).kind).toBe('replace');
    expect(at(replaced('at once'), { tasks: undefined }).kind).toBe('replace');
  });

  it('comes after the last task where no hook would wait for it, or at the deadline', () => {
    expect(at(replaced('drained'), { tasks: [web] }).kind).toBe('wait');
    expect(at(replaced('drained'), { tasks: [task({ lastStatus: 'STOPPED' })] })).toEqual(told('drained'));
    const deadlined = { ...replaced('drained'), deadlineAtMs: T0 + 30 * MINUTE_MS };
    expect(at(deadlined, { tasks: [web] }, policy, T0 + 30 * MINUTE_MS - 1).kind).toBe('wait');
    expect(at(deadlined, { tasks: [web] }, policy, T0 + 30 * MINUTE_MS).kind).toBe('replace');
  });

  it('leaves two minutes to tasks that nothing waits for', () => {
    const unblocked = { ...replaced('drained'), unblockedAtMs: T0 };
    expect(at(unblocked, { tasks: [proxy] }, policy, T0 + 2 * MINUTE_MS - 1).kind).toBe('wait');
    expect(at(unblocked, { tasks: [proxy] }, policy, T0 + 2 * MINUTE_MS).kind).toBe('replace');
  });

  it('does not come by a look that did not see the tasks', () => {
    expect(at({ ...replaced('drained'), unblockedAtMs: T0 }, { tasks: undefined }, policy, T0 + 1).kind).toBe('wait');
  });
});
