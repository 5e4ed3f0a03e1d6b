import { describe, expect, test } from 'vitest';
import { type DrainObservation, decideDrain } from '../../../shared/domain/drain.ts';
import { arn, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const held = { lifecycleState: 'Terminating:Wait' };
const empty: DrainObservation = { instances: [instance()], tasks: [], autoScaling: held, ec2State: 'running' };

function decide(observation: DrainObservation, nowMs = T0 + MINUTE_MS, { incident = drain() } = {}) {
  return decideDrain(incident, observation, { policy, nowMs });
}

describe('the agent of a draining instance', () => {
  const away = { ...empty, instances: [instance({ agentConnected: false })], tasks: [task()] };
  const { version } = instance();
  const noted = (atMs: number) => ({ lostContact: { atMs, versions: version } });
  const lostAt = (atMs: number) => ({ incident: drain(noted(atMs)) });
  const graceMs = policy.lostContactMinutes * MINUTE_MS;

  test('is noted when it is seen disconnected, and the note stays while it is', () => {
    expect(decide(away)).toMatchObject({ kind: 'wait', ...noted(T0 + MINUTE_MS) });
    expect(decide(away, T0 + 3 * MINUTE_MS, lostAt(T0 + MINUTE_MS))).toMatchObject(noted(T0 + MINUTE_MS));
  });

  test('is given up after the grace period and not a millisecond before', () => {
    expect(decide(away, T0 + graceMs - 1, lostAt(T0))).toMatchObject({ kind: 'wait' });
    const given = { kind: 'release', result: 'CONTINUE', reason: 'lost contact', remaining: away.tasks };
    expect(decide(away, T0 + graceMs, lostAt(T0))).toEqual(given);
  });

  test('is not given up by a look that did not see it', () => {
    const unseen = { ...away, instances: undefined };
    expect(decide(unseen, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'wait', ...noted(T0) });
  });

  test('is not given up when it is back, and its clock starts anew', () => {
    const back = { ...away, instances: [instance()] };
    expect(decide(back, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'wait', lostContact: undefined });
  });

  test('starts its clock anew where its version has moved: it was back for a moment that nobody saw', () => {
    const later = { ...away, instances: [instance({ agentConnected: false, version: version + 2 })] };
    const anew = { atMs: T0 + graceMs, versions: version + 2 };
    expect(decide(later, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'wait', lostContact: anew });
    const incident = drain({ lostContact: anew });
    expect(decide(later, T0 + 2 * graceMs - 1, { incident })).toMatchObject({ kind: 'wait', lostContact: anew });
    expect(decide(later, T0 + 2 * graceMs, { incident })).toMatchObject({ kind: 'release', reason: 'lost contact' });
  });

  test('is noted, given up and found again by looks that did not see the tasks, too', () => {
    const untold = { ...away, tasks: undefined };
    expect(decide(untold)).toMatchObject({ kind: 'wait', ...noted(T0 + MINUTE_MS) });
    const given = { kind: 'release', result: 'CONTINUE', reason: 'lost contact', remaining: [] };
    expect(decide(untold, T0 + graceMs, lostAt(T0))).toEqual(given);
    const back = { ...untold, instances: [instance()] };
    expect(decide(back, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'wait', lostContact: undefined });
  });

  describe('that has registered the instance once more', () => {
    const twin = 'arn:aws:ecs:eu-west-1:210987654321:container-instance/shop/twin';
    const instances = [instance({ agentConnected: false }), instance({ arn: twin })];
    const on = (...arns: string[]) => ({
      ...away,
      instances,
      tasks: arns.map((containerInstanceArn) => task({ containerInstanceArn })),
    });

    test('counts as there while a task that blocks is on the registration that is connected', () => {
      const decision = decide(on(arn, twin), T0 + graceMs, lostAt(T0));
      expect(decision).toMatchObject({ kind: 'wait', lostContact: undefined });
    });

    test('counts as away where only tasks of the old registration are left, whose fate nobody can tell', () => {
      expect(decide(on(arn))).toMatchObject({ kind: 'wait', ...noted(T0 + MINUTE_MS) });
      expect(decide(on(arn), T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'release', reason: 'lost contact' });
    });

    test('keeps its clock whatever happens to the new registration', () => {
      const busy = {
        ...on(arn),
        instances: [instance({ agentConnected: false }), instance({ arn: twin, version: 99 })],
      };
      expect(decide(busy, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'release', reason: 'lost contact' });
    });

    test('counts as there while nothing is left that blocks, wherever the rest is', () => {
      const proxy = task({ group: 'family:proxy', startedBy: arn });
      const decision = decide({ ...away, instances, tasks: [proxy] }, T0 + graceMs, lostAt(T0));
      expect(decision).toMatchObject({ kind: 'wait', lostContact: undefined });
    });

    test('is not given up by a look that did not see the tasks', () => {
      const unseen = { ...on(arn), tasks: undefined };
      expect(decide(unseen, T0 + graceMs, lostAt(T0))).toMatchObject({ kind: 'wait', ...noted(T0) });
    });
  });
});
