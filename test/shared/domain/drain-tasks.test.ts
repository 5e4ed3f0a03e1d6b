import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isStalled,
  isUnblocked,
  lostTasks,
  sortTasks,
  standaloneToStop,
  stoppable,
} from '../../../shared/domain/drain-tasks.ts';
import type { Task } from '../../../shared/domain/model.ts';
import { arn, drain, instance, MINUTE_MS, policy, T0, task } from '../fleet.ts';

const daemonServices = new Set(['logs']);
const web = task();
const logs = task({ group: 'service:logs' });
const batch = task({ group: 'family:batch' });
const proxy = task({ group: 'family:proxy', startedBy: arn });

const anyTask = fc
  .record({
    group: fc.constantFrom('service:web', 'service:logs', 'family:batch', ''),
    lastStatus: fc.constantFrom('PENDING', 'RUNNING', 'STOPPING', 'STOPPED'),
    startedBy: fc.constantFrom('somebody', arn),
  })
  .map((fields) => task(fields));

describe('the tasks of a draining instance', () => {
  test('are those it waits for and the others, in their order; those that have stopped are neither', () => {
    const stopped = task({ lastStatus: 'STOPPED' });
    const sorted = sortTasks(drain(), { tasks: [logs, web, stopped, proxy, batch], daemonServices }, policy);
    expect(sorted).toEqual({ blocking: [web, batch], others: [logs, proxy] });
  });

  test('are each either waited for, or not, or stopped', () => {
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 6 }), (tasks) => {
        const { blocking = [], others } = sortTasks(drain(), { tasks, daemonServices }, policy);
        const left = tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
        expect(left.filter((one) => blocking.includes(one) !== others.includes(one))).toEqual(left);
        expect(blocking.length + others.length).toBe(left.length);
      }),
    );
  });

  test('that were not listed are not known to be none', () => {
    expect(sortTasks(drain(), {}, policy)).toEqual({ blocking: undefined, others: [] });
    expect(sortTasks(drain(), { tasks: [] }, policy)).toEqual({ blocking: [], others: [] });
  });
});

describe('the tasks that an instance took with it', () => {
  const host = 'Host EC2 (instance i-0f3c8a1b2d4e5f607) terminated.';
  const stopped = { lastStatus: 'STOPPED', stoppingAtMs: T0 };
  const ended = (overrides: Partial<Task> = {}) => task({ ...stopped, stoppedReason: host, ...overrides });
  const lost = (one: Task) => lostTasks(drain(), { tasks: [one], daemonServices }, policy).length === 1;

  test.each([
    ['one that still ran', web, true],
    ['one that had begun to stop', task({ lastStatus: 'STOPPING', stoppingAtMs: T0 - 1 }), true],
    ['a standalone one', batch, true],
    ['one that nothing waited for', logs, false],
    ['one that ended with its host', ended(), true],
    [
      'one that ended with its host, at a time that ECS does not say',
      task({ lastStatus: 'STOPPED', stoppedReason: host }),
      true,
    ],
    ['one that ended with its host before the drain began', ended({ stoppingAtMs: T0 - 1 }), false],
    ['a daemon that ended with its host', ended({ group: 'service:logs' }), false],
    ['one that stopped by itself', ended({ stoppedReason: 'Essential container in task exited' }), false],
    ['one that says otherwise', ended({ stoppedReason: 'Task stopped; Host EC2 is fine' }), false],
    ['one that stopped without a reason', task(stopped), false],
  ])('%s', (_, one, isLost) => {
    expect(lost(one)).toBe(isLost);
  });

  test('are none when nobody has listed them', () => {
    expect(lostTasks(drain(), {}, policy)).toEqual([]);
  });
});

describe('what is told to stop', () => {
  const stop = { ...policy, standaloneTasks: 'stop' as const };

  test('are standalone tasks that block, where the operator says so', () => {
    const sorted = { blocking: [web, batch], others: [proxy] };
    expect(standaloneToStop(sorted, drain(), stop)).toEqual([batch]);
    expect(standaloneToStop(sorted, drain(), policy)).toEqual([]);
    expect(standaloneToStop({ blocking: undefined, others: [] }, drain(), stop)).toEqual([]);
  });

  test('are tasks on the registrations that are drained, once each', () => {
    const stopping = task({ desiredStatus: 'STOPPED' });
    const other = task({ containerInstanceArn: `${arn}-other` });
    expect(stoppable([batch, stopping, other], drain())).toEqual([batch]);
  });
});

describe('what does not block', () => {
  test('keeps the instance for two minutes from when nothing else does, and no time once it has stopped', () => {
    expect(isUnblocked([logs], T0, T0 + 2 * MINUTE_MS - 1)).toBe(false);
    expect(isUnblocked([logs], T0, T0 + 2 * MINUTE_MS)).toBe(true);
    expect(isUnblocked([], T0, T0)).toBe(true);
    expect(isUnblocked([], undefined, T0)).toBe(false);
  });
});

describe('a drain is stalled', () => {
  const settings = { ...policy, drainStalledMinutes: 15 };
  const at = (nowMs: number, tasks: readonly Task[] | undefined = [web], chosen: typeof policy = settings) =>
    isStalled(drain(), { tasks }, { policy: chosen, nowMs });

  test('when none of its tasks has begun to stop for so long', () => {
    expect(at(T0 + 15 * MINUTE_MS - 1)).toBe(false);
    expect(at(T0 + 15 * MINUTE_MS)).toBe(true);
  });

  test('counted from the last one that did', () => {
    const tasks = [task({ stoppingAtMs: T0 + MINUTE_MS }), web, task({ stoppingAtMs: T0 - MINUTE_MS })];
    expect(at(T0 + 16 * MINUTE_MS - 1, tasks)).toBe(false);
    expect(at(T0 + 16 * MINUTE_MS, tasks)).toBe(true);
  });

  test('never where that is off', () => {
    expect(at(T0 + 6_000 * MINUTE_MS, [web], { ...policy, drainStalledMinutes: 'off' })).toBe(false);
  });

  test('not where Ebbtide only observes, unless somebody else has set an instance DRAINING', () => {
    const observed = { ...settings, mode: 'observe' } as const;
    const seen = (...statuses: string[]) =>
      isStalled(
        drain(),
        { tasks: [web], instances: statuses.map((status) => instance({ status })) },
        { policy: observed, nowMs: T0 + 15 * MINUTE_MS },
      );
    expect(seen('ACTIVE')).toBe(false);
    expect(seen('ACTIVE', 'DRAINING')).toBe(true);
    // ECS drains it, and nobody looked at its registration.
    expect(at(T0 + 15 * MINUTE_MS, [web], observed)).toBe(true);
  });

  test('not by a look that did not see the tasks', () => {
    expect(isStalled(drain(), {}, { policy: settings, nowMs: T0 + 6_000 * MINUTE_MS })).toBe(false);
  });
});
