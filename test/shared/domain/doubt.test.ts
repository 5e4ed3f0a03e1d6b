import { describe, expect, test } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import { arn, drain, instance, policy, T0 } from '../fleet.ts';

const seen: DrainObservation = {
  instances: [instance({ resourcesFree: true })],
  tasks: [],
  autoScaling: { lifecycleState: 'Terminating:Wait' },
};

function decide(observation: Partial<DrainObservation>, { incident = drain(), afterMs = 60_000 } = {}) {
  return decideDrain(incident, { ...seen, ...observation }, { policy, nowMs: T0 + afterMs });
}

describe('an instance on which no task was seen', () => {
  test('is released when its agent is there and all its resources are free', () => {
    expect(decide({})).toMatchObject({ kind: 'release', reason: 'drained' });
  });

  test('waits for another look while resources are in use: one of the answers was old', () => {
    const instances = [instance({ resourcesFree: false })];
    const first = decide({ instances });
    expect(first).toMatchObject({ kind: 'wait', unblockedAtMs: T0 + 60_000 });
    const incident = drain({ unblockedAtMs: T0 + 60_000 });
    expect(decide({ instances }, { incident, afterMs: 89_000 })).toMatchObject({ kind: 'wait' });
    expect(decide({ instances }, { incident, afterMs: 90_000 })).toMatchObject({ reason: 'drained' });
    expect(decide({}, { incident, afterMs: 61_000 })).toMatchObject({ reason: 'drained' });
  });

  test('and whose agent is silent, or its registration gone, is left to the sweep, which looks for others', () => {
    for (const instances of [[], [instance({ agentConnected: false })], [instance({ arn: `${arn}-other` })]]) {
      expect(decide({ instances })).toMatchObject({ kind: 'wait', unblockedAtMs: T0 + 60_000 });
      expect(decide({ instances, ec2State: 'running' })).toMatchObject({ reason: 'drained' });
    }
  });

  test('is released at its deadline all the same', () => {
    expect(decide({ instances: [] }, { afterMs: 3_600_000 })).toMatchObject({ kind: 'release', reason: 'deadline' });
  });
});
