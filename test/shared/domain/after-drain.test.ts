import { describe, expect, test } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import type { ContainerInstance } from '../../../shared/domain/model.ts';
import { arn, clusterArn, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const empty: DrainObservation = { instances: [instance()], tasks: [], ec2State: 'running' };

function decide(observation: DrainObservation, nowMs = T0 + MINUTE_MS, { incident = drain() } = {}) {
  return decideDrain(incident, observation, { policy, nowMs });
}

describe('once no hook holds the instance', () => {
  const at = (lifecycleState: string, ec2State?: string) =>
    decide({ ...empty, tasks: [task()], autoScaling: { lifecycleState }, ec2State });

  test.each([
    ['gone', 'terminated', { kind: 'release', reason: 'terminated', result: 'CONTINUE' }],
    ['gone', undefined, { kind: 'close', outcome: 'terminated' }],
    ['gone', 'running', { kind: 'hook ended' }],
    ['Terminated', 'shutting-down', { kind: 'close', outcome: 'terminated' }],
    ['Terminating:Proceed', 'running', { kind: 'close', outcome: 'hook ended' }],
    ['Terminating:Retained', 'running', { kind: 'hook ended' }],
    ['InService', 'running', { kind: 'hook ended' }],
    ['Warmed:Stopped', 'stopped', { kind: 'hook ended' }],
    ['ReplacingRootVolume:Proceed', 'running', { kind: 'hook ended' }],
    ['Something:New', 'running', { kind: 'hook ended' }],
  ])('in state %s, EC2 %s, the drain is over', (lifecycleState, ec2State, decision) => {
    expect(at(lifecycleState, ec2State)).toMatchObject(decision);
  });

  test('or one holds it for something else, the drain is over, whatever its deadline', () => {
    const incident = drain({ destination: 'root-volume' });
    const observation = { ...empty, tasks: [task()], autoScaling: { lifecycleState: 'Terminating:Wait' } };
    expect(decide(observation, incident.deadlineAtMs, { incident })).toEqual({ kind: 'hook ended' });
  });
});

describe('an instance that lives on after its drain', () => {
  const incident = drain({ phase: 'returning', destination: 'warm-pool' });
  const at = (lifecycleState: string, overrides: Partial<ContainerInstance> = {}, ec2State?: string) =>
    decide({ instances: [instance(overrides)], autoScaling: { lifecycleState }, ec2State }, T0, { incident });

  test.each(['InService', 'Standby', 'Terminating:Retained'])('is made ACTIVE in state %s', (state) => {
    expect(at(state)).toEqual({ kind: 'set active', registrations: incident.registrations });
  });

  test.each([
    'Warmed:Pending:Wait',
    'Warmed:Pending:Proceed',
    'Warmed:Stopped',
    'Warmed:Running',
    'ReplacingRootVolume:Wait',
    'ReplacingRootVolume:Proceed',
    'Terminating',
    'Terminating:Wait',
    'Terminating:Proceed',
    'Detaching',
    'Something:New',
  ])('is never made ACTIVE in state %s, where its tasks would be lost', (state) => {
    expect(at(state)).toMatchObject({ kind: 'wait', toDrain: [], heartbeats: [], toStop: [] });
  });

  test.each([
    ['Terminating:Retained', 'terminated'],
    ['Terminating:Retained', 'gone'],
    ['Terminating:Proceed', 'terminated'],
    ['Terminated', undefined],
  ])('is not waited for any more in state %s when EC2 says %s, whatever ECS still lists', (state, ec2State) => {
    expect(at(state, { agentConnected: false }, ec2State)).toEqual({ kind: 'close', outcome: 'terminated' });
  });

  test('is made ACTIVE only once its agent is connected', () => {
    expect(at('InService', { agentConnected: false })).toMatchObject({ kind: 'wait' });
  });

  test.each([undefined, 'running'])(
    'is made ACTIVE when EC2 says %s: only EC2 sees at once that it stops',
    (ec2State) => {
      expect(at('InService', {}, ec2State).kind).toBe('set active');
    },
  );

  test.each(['pending', 'stopping', 'stopped', 'shutting-down', 'news'])(
    'is not made ACTIVE when EC2 says %s, though ECS has not noticed yet',
    (ec2State) => {
      expect(at('InService', {}, ec2State).kind).toBe('wait');
    },
  );

  test('is made ACTIVE when it was detached from its group and runs on', () => {
    expect(at('gone', {}, 'running')).toEqual({ kind: 'set active', registrations: incident.registrations });
    expect(at('gone', {}, 'stopped')).toEqual({ kind: 'close', outcome: 'terminated' });
    expect(at('gone')).toEqual({ kind: 'close', outcome: 'terminated' });
  });

  test('is made ACTIVE under those of its registrations that are connected', () => {
    const twin = { arn: `${arn}-twin`, clusterArn };
    const third = { arn: `${arn}-third`, clusterArn };
    const instances = [instance(), instance({ arn: twin.arn, agentConnected: false }), instance({ arn: third.arn })];
    const tripled = drain({ ...incident, registrations: [{ arn, clusterArn }, twin, third] });
    const seen = { instances, autoScaling: { lifecycleState: 'InService' } };
    expect(decide(seen, T0, { incident: tripled })).toMatchObject({ registrations: [{ arn, clusterArn }, third] });
  });

  test('is only waited for while nobody could look', () => {
    const nothing = {
      kind: 'wait',
      blocking: undefined,
      toStop: [],
      heartbeats: [],
      toDrain: [],
      lostContact: undefined,
      unblockedAtMs: undefined,
      isStalled: false,
    };
    expect(decide({ instances: [instance()] }, T0, { incident })).toEqual(nothing);
    expect(decide({ autoScaling: { lifecycleState: 'InService' } }, T0, { incident })).toEqual(nothing);
  });

  test('is forgotten once its registration is gone, or the instance', () => {
    const seen = { ...empty, autoScaling: { lifecycleState: 'InService' } };
    const gone = { kind: 'close', outcome: 'registration gone' };
    expect(decide({ ...seen, instances: [] }, T0, { incident })).toEqual(gone);
    const terminated = { ...empty, autoScaling: { lifecycleState: 'gone' }, ec2State: 'terminated' };
    expect(decide(terminated, T0, { incident })).toEqual({ kind: 'close', outcome: 'terminated' });
  });
});

describe('what Auto Scaling answers in the first half minute of a drain', () => {
  const incident = drain({ openedAtMs: T0 });
  const answered = (seconds: number, lifecycleState: string) =>
    decide({ ...empty, tasks: [task()], autoScaling: { lifecycleState } }, T0 + seconds * 1_000, { incident });

  test.each(['InService', 'Warmed:Stopped', 'Something:New'])('%s may be from before the hook held it', (state) => {
    expect(answered(29.999, state)).toMatchObject({ kind: 'wait' });
    expect(answered(30, state)).toMatchObject({ kind: 'hook ended' });
  });

  test.each([
    ['gone', { kind: 'hook ended' }],
    ['Terminated', { kind: 'close', outcome: 'terminated' }],
    ['Terminating:Proceed', { kind: 'close', outcome: 'hook ended' }],
  ])('%s can only be from after it', (state, decision) => {
    expect(answered(1, state)).toMatchObject(decision);
  });
});

describe('an instance that AWS took for a while and gave back', () => {
  const seen = { ...empty, autoScaling: { lifecycleState: 'InService' } };
  const interruption = { cause: 'spot', atMs: T0, wasDraining: true } as const;

  test('stays DRAINING where somebody else had set it so', () => {
    const incident = drain({ phase: 'returning', actions: [], interruption });
    expect(decide(seen, undefined, { incident })).toEqual({ kind: 'close', outcome: 'back in service' });
  });

  test('is made ACTIVE where Ebbtide had, or where a hook held it', () => {
    const unknown = drain({ phase: 'returning', actions: [] });
    expect(decide(seen, undefined, { incident: unknown })).toMatchObject({ kind: 'set active' });
    const ours = drain({ phase: 'returning', actions: [], interruption: { ...interruption, wasDraining: false } });
    expect(decide(seen, undefined, { incident: ours })).toMatchObject({ kind: 'set active' });
    expect(decide(seen, undefined, { incident: drain({ phase: 'returning', interruption }) })).toMatchObject({
      kind: 'set active',
    });
  });
});
