import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { decideManagedDrain } from '../../../shared/domain/managed-drain.ts';
import type { Task } from '../../../shared/domain/model.ts';
import type { ManagedDrainIncident } from '../../../shared/incidents/incident.ts';
import { arn, clusterArn, ec2InstanceId, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const incident: ManagedDrainIncident = {
  kind: 'managed-drain',
  id: `managed-drain#${arn}`,
  version: 1,
  phase: 'watching',
  openedAtMs: T0,
  outbox: [],
  ec2InstanceId,
  groupName: 'shop-nodes',
  clusterArn,
  registrations: [{ arn, clusterArn }],
};

interface Row {
  readonly when: string;
  readonly state?: string | undefined;
  readonly tasks?: readonly Task[];
  readonly minutes?: number;
  readonly told?: boolean;
  readonly stalled?: string;
  readonly decides: string;
}

const stoppingAt = (minute: number) => task({ desiredStatus: 'STOPPED', stoppingAtMs: T0 + minute * MINUTE_MS });

const rows: readonly Row[] = [
  { when: 'it is young', tasks: [task()], minutes: 14, decides: 'wait' },
  { when: 'nothing has moved', tasks: [task()], minutes: 15, decides: 'tell' },
  { when: 'a task began to stop of late', tasks: [task(), stoppingAt(10)], minutes: 24, decides: 'wait' },
  { when: 'a task began to stop long ago', tasks: [task(), stoppingAt(10)], minutes: 25, decides: 'tell' },
  { when: 'on-call was told', tasks: [task()], minutes: 60, told: true, decides: 'wait' },
  { when: 'all have stopped', tasks: [task({ lastStatus: 'STOPPED' })], minutes: 60, decides: 'wait' },
  { when: 'the operator does not want to know', tasks: [task()], minutes: 60, stalled: 'off', decides: 'wait' },
  { when: 'ECS has let go', state: 'Terminating:Proceed', tasks: [task()], minutes: 60, decides: 'close' },
  { when: 'the instance has left its group', state: undefined, tasks: [], minutes: 60, decides: 'close' },
];

describe('a drain that ECS makes by itself', () => {
  it.each(rows)('when $when: $decides', (row) => {
    const { tasks = [], minutes = 0, told = false, stalled = '15', decides } = row;
    const lifecycleState = 'state' in row ? row.state : 'Terminating:Wait';

    const decision = decideManagedDrain(
      { ...incident, ...(told && { stalledAtMs: T0 + MINUTE_MS }) },
      { lifecycleState, tasks },
      { policy: { ...policy, ...parsePolicy({ drainStalledMinutes: stalled }) }, nowMs: T0 + minutes * MINUTE_MS },
    );

    expect(decision.kind).toBe(decides);
  });
});
