import { describe, expect, test } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import { arn, drain, instance, policy, T0, task } from '../fleet.ts';

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

  const silent = instance({ agentConnected: false });
  const other = `${arn}-other`;

  test('and whose agent is silent, or its registration gone, is left to the sweep, which looks for others', () => {
    for (const instances of [undefined, [], [silent], [instance({ arn: other })]]) {
      expect(decide({ instances })).toMatchObject({ kind: 'wait', unblockedAtMs: T0 + 60_000 });
      expect(decide({ instances, ec2State: 'running' })).toMatchObject({ reason: 'drained' });
    }
  });

  test('and whose agent is there under one of its registrations only is left to the sweep, too', () => {
    const twin = instance({ arn: other });
    const incident = drain({ registrations: [instance(), twin] });
    expect(decide({ instances: [silent, twin] }, { incident })).toMatchObject({ kind: 'wait' });
    expect(decide({ instances: [instance(), twin] }, { incident })).toMatchObject({ reason: 'drained' });
  });

  test('is waited for by what else was seen: the silence of its agent is noted', () => {
    const lostContact = { atMs: T0 + 60_000, versions: silent.version };
    expect(decide({ instances: [silent] })).toMatchObject({ kind: 'wait', lostContact });
  });

  test('is released at its deadline all the same', () => {
    const release = { kind: 'release', result: 'CONTINUE', reason: 'deadline', remaining: [] };
    expect(decide({ instances: [] }, { afterMs: 3_600_000 })).toEqual(release);
  });
});

test('an instance whose resources are in use by a task is released at its deadline with that task', () => {
  const busy = { instances: [instance({ resourcesFree: false })], tasks: [task()] };
  expect(decide(busy, { afterMs: 3_600_000 })).toMatchObject({ reason: 'deadline', remaining: busy.tasks });
});
