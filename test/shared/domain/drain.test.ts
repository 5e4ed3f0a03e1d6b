import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import type { ContainerInstance, Task } from '../../../shared/domain/model.ts';
import { drain, heldAction, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const held = { lifecycleState: 'Terminating:Wait' };
const empty: DrainObservation = { instances: [instance()], tasks: [], autoScaling: held, ec2State: 'running' };

function decide(observation: DrainObservation, nowMs = T0 + MINUTE_MS, { incident = drain(), settings = policy } = {}) {
  return decideDrain(incident, observation, { policy: settings, nowMs });
}

/** Those that ECS has today, and what it may have tomorrow. */
const unfinishedStatus = fc
  .oneof(
    fc.constantFrom('PROVISIONING', 'PENDING', 'RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'stopped', ''),
    fc.string(),
  )
  .filter((status) => status !== 'STOPPED');

/** A task that an instance waits for: a service's that is not known to be a daemon, or a standalone one. */
function waitedFor(lastStatus: fc.Arbitrary<string>): fc.Arbitrary<Task> {
  return fc
    .record({
      lastStatus,
      desiredStatus: fc.constantFrom('RUNNING', 'STOPPED', 'PENDING'),
      group: fc.constantFrom('service:web', 'family:batch', ''),
      startedBy: fc.constantFrom('ecs-svc/1234567890123456789', 'somebody'),
    })
    .map((fields) => task(fields));
}

const anyInstances: fc.Arbitrary<readonly ContainerInstance[] | undefined> = fc.option(
  fc.array(
    fc
      .record({
        status: fc.constantFrom('ACTIVE', 'DRAINING', 'REGISTERING', 'DEREGISTERING', 'NEWS'),
        agentConnected: fc.boolean(),
        runningTasksCount: fc.nat({ max: 2 }),
      })
      .map((fields) => instance(fields)),
    { maxLength: 3 },
  ),
  { nil: undefined },
);

const anyAutoScaling = fc.option(
  fc.record({
    lifecycleState: fc.constantFrom(
      'Terminating:Wait',
      'Warmed:Pending:Wait',
      'ReplacingRootVolume:Wait',
      'Terminating:Proceed',
      'InService',
      'gone',
      'Something:New',
    ),
  }),
  { nil: undefined },
);

const anyIncident = fc
  .record({
    phase: fc.constantFrom('draining' as const, 'returning' as const),
    destination: fc.constantFrom('termination' as const, 'warm-pool' as const, 'root-volume' as const),
    lostContact: fc.option(
      fc.record({ atMs: fc.constantFrom(T0, T0 + 20 * MINUTE_MS), versions: fc.constantFrom(7, 8) }),
      { nil: undefined },
    ),
    unblockedAtMs: fc.constantFrom(undefined, T0),
    stalledAtMs: fc.constantFrom(undefined, T0),
  })
  .map((fields) => drain(fields));

describe('an instance is released as drained', () => {
  test('never while a task that it waits for has not STOPPED, whatever else is seen and whenever', () => {
    const tasks = fc
      .tuple(
        fc.array(waitedFor(fc.oneof(unfinishedStatus, fc.constant('STOPPED'))), { maxLength: 4 }),
        waitedFor(unfinishedStatus),
        fc.array(waitedFor(fc.constant('STOPPED')), { maxLength: 2 }),
      )
      .map(([before, unfinished, after]) => [...before, unfinished, ...after]);
    fc.assert(
      fc.property(
        fc.record({
          tasks,
          instances: anyInstances,
          autoScaling: anyAutoScaling,
          ec2State: fc.constantFrom(undefined, 'running', 'stopped', 'terminated', 'gone', 'news'),
        }),
        anyIncident,
        fc.integer({ min: -MINUTE_MS, max: 3_000 * MINUTE_MS }),
        (observation, incident, afterMs) => {
          expect(decide(observation, T0 + afterMs, { incident })).not.toMatchObject({ reason: 'drained' });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('never when nobody has listed its tasks', () => {
    fc.assert(
      fc.property(anyInstances, anyAutoScaling, anyIncident, fc.nat(5_000), (instances, autoScaling, incident, min) => {
        const decision = decide({ instances, autoScaling }, T0 + min * MINUTE_MS, { incident });
        expect(decision).not.toMatchObject({ reason: 'drained' });
      }),
    );
  });

  test('as soon as the last task has STOPPED, with CONTINUE', () => {
    expect(decide({ ...empty, tasks: [task({ lastStatus: 'STOPPED' })] })).toEqual({
      kind: 'release',
      result: 'CONTINUE',
      reason: 'drained',
      remaining: [],
    });
  });

  test('with CONTINUE even where the deadline ends in ABANDON, and even after the deadline', () => {
    const settings = { ...policy, drainDeadlineResult: 'ABANDON' as const };
    expect(decide(empty, T0 + 61 * MINUTE_MS, { settings })).toMatchObject({ result: 'CONTINUE', reason: 'drained' });
  });

  test('not while it is ACTIVE, when ECS may place a task on it at any moment: it is set DRAINING first', () => {
    const active = instance({ status: 'ACTIVE' });
    expect(decide({ ...empty, instances: [instance(), active] })).toMatchObject({ kind: 'wait', toDrain: [active] });
  });

  test('although it is ACTIVE in observe mode, where nothing ever drains', () => {
    const settings = { ...policy, mode: 'observe' as const };
    const observation = { ...empty, instances: [instance({ status: 'ACTIVE' })] };
    expect(decide(observation, T0, { settings })).toMatchObject({ kind: 'release', reason: 'drained' });
  });

  test('when none of its registrations is listed any more and no task is known', () => {
    expect(decide({ ...empty, instances: [] })).toMatchObject({ kind: 'release', reason: 'drained' });
  });
});

describe('a drain with tasks left', () => {
  const busy = { ...empty, tasks: [task()] };

  test('is released at its deadline and not a millisecond before', () => {
    const incident = drain();
    expect(decide(busy, incident.deadlineAtMs - 1)).toMatchObject({ kind: 'wait' });
    expect(decide(busy, incident.deadlineAtMs)).toMatchObject({
      kind: 'release',
      reason: 'deadline',
      result: 'CONTINUE',
      remaining: busy.tasks,
    });
  });

  test.each(['CONTINUE', 'ABANDON', 'RESTORE'] as const)('ends in %s where the operator says so', (result) => {
    const settings = { ...policy, drainDeadlineResult: result };
    expect(decide(busy, T0 + 60 * MINUTE_MS, { settings })).toMatchObject({ reason: 'deadline', result });
  });

  test('is released at its deadline even when nothing can be seen of it', () => {
    const decision = decide({}, T0 + 60 * MINUTE_MS);
    expect(decision).toEqual({ kind: 'release', reason: 'deadline', result: 'CONTINUE', remaining: [] });
  });

  test('waits when nothing can be seen of it, with its heartbeats', () => {
    const action = heldAction();
    expect(decide({}, T0 + 150_000)).toEqual({
      kind: 'wait',
      blocking: undefined,
      toStop: [],
      heartbeats: [action],
      toDrain: [],
      lostContact: undefined,
      unblockedAtMs: undefined,
      isStalled: false,
    });
  });

  test('beats only the hooks whose heartbeat is due', () => {
    const due = heldAction({ hookName: 'ebbtide-a' });
    const fresh = heldAction({ hookName: 'ebbtide-b', heartbeatAtMs: T0 + MINUTE_MS });
    const decision = decide(busy, T0 + 99_000, { incident: drain({ actions: [due, fresh] }) });
    expect(decision).toMatchObject({ heartbeats: [due] });
  });

  test('is over when EC2 says that the instance is', () => {
    for (const ec2State of ['terminated', 'gone']) {
      expect(decide({ ...busy, ec2State })).toMatchObject({ kind: 'release', reason: 'terminated' });
    }
    for (const ec2State of ['running', 'shutting-down', 'stopping', 'stopped', 'news']) {
      expect(decide({ ...busy, ec2State })).toMatchObject({ kind: 'wait' });
    }
  });
});

describe('tasks that no drain waits for', () => {
  const daemon = task({ group: 'service:logs' });
  const only = { ...empty, tasks: [daemon], daemonServices: new Set(['logs']) };

  test('are told to stop once the others have left, and given two minutes', () => {
    expect(decide(only)).toMatchObject({ kind: 'wait', toStop: [daemon], unblockedAtMs: T0 + MINUTE_MS });
    const incident = drain({ unblockedAtMs: T0 + MINUTE_MS });
    expect(decide(only, T0 + 3 * MINUTE_MS - 1, { incident })).toMatchObject({ kind: 'wait' });
    expect(decide(only, T0 + 3 * MINUTE_MS, { incident })).toMatchObject({ kind: 'release', reason: 'drained' });
  });

  test('are left alone while others are there', () => {
    expect(decide({ ...only, tasks: [daemon, task()] })).toMatchObject({
      kind: 'wait',
      toStop: [],
      unblockedAtMs: undefined,
    });
  });

  test('block like any other where the service was not found to be a daemon', () => {
    expect(decide({ ...only, daemonServices: undefined })).toMatchObject({ kind: 'wait', blocking: [daemon] });
  });

  test('keep what is left of their two minutes, no more and no less, over a look that did not see them', () => {
    const incident = drain({ unblockedAtMs: T0 });
    const decision = decide({ ...only, tasks: undefined }, T0 + 5 * MINUTE_MS, { incident });
    expect(decision).toMatchObject({ kind: 'wait', unblockedAtMs: T0, toStop: [] });
  });

  test('lose their two minutes when a task appears that is waited for', () => {
    const incident = drain({ unblockedAtMs: T0 });
    const decision = decide({ ...only, tasks: [daemon, task()] }, T0 + 5 * MINUTE_MS, { incident });
    expect(decision).toMatchObject({ kind: 'wait', unblockedAtMs: undefined });
  });
});
