import { describe, expect, test } from 'vitest';
import type { Task } from '../../../shared/domain/model.ts';
import { isBlocking, isStandalone, roleOf, serviceNameOf } from '../../../shared/domain/task-roles.ts';
import { arn, clusterArn, drain, policy, task } from '../fleet.ts';

const bootId = '0f9d6a1b2c3d4e5f60718293a4b5c6d7';
const two = drain({
  registrations: [
    { arn: arn.replace(bootId, 'another'), clusterArn },
    { arn, clusterArn },
  ],
});

function role(overrides: Partial<Task>, nonBlockingGroups: 'none' | string[] = 'none', incident = drain()) {
  const daemonServices = new Set(['logs']);
  return roleOf(task(overrides), { incident, daemonServices, policy: { ...policy, nonBlockingGroups } });
}

describe('a task is to the instance that it runs on', () => {
  test.each([
    [{ group: 'service:web' }, 'replica', true],
    [{ group: 'service:logs' }, 'daemon', false],
    [{ group: 'family:logs' }, 'standalone', true],
    [{ group: 'family:batch', startedBy: 'nightly' }, 'standalone', true],
    [{ group: '' }, 'standalone', true],
    [{ group: 'my-service:web' }, 'standalone', true],
    [{ group: 'family:proxy', startedBy: arn }, 'started by its instance', false],
    [{ group: 'family:proxy', startedBy: bootId }, 'started by its instance', false],
    [{ group: 'family:proxy', startedBy: bootId.slice(1) }, 'standalone', true],
    [{ group: 'service:web', startedBy: arn }, 'replica', true],
  ] as const)('%j: %s; it is waited for: %s', (overrides, expected, blocks) => {
    expect(role(overrides)).toBe(expected);
    expect(isBlocking(role(overrides))).toBe(blocks);
  });

  test('one that it started itself by any of its registrations', () => {
    expect(role({ group: 'family:proxy', startedBy: arn }, 'none', two)).toBe('started by its instance');
    expect(role({ group: 'family:proxy', startedBy: bootId }, 'none', two)).toBe('started by its instance');
  });

  test('nothing that it waits for where the operator says so, whatever else it is', () => {
    for (const group of ['service:web', 'service:logs', 'family:batch']) {
      expect(role({ group }, ['service:*', 'family:batch'])).toBe('non-blocking');
      expect(isBlocking(role({ group }, ['service:*', 'family:batch']))).toBe(false);
      expect(role({ group }, ['other:*'])).not.toBe('non-blocking');
    }
  });
});

test('a service that nobody has looked at is taken for one whose tasks are waited for', () => {
  const asked = { incident: drain(), daemonServices: undefined, policy };
  expect(roleOf(task({ group: 'service:logs' }), asked)).toBe('replica');
});

test('the group of a task says which service it belongs to, if any', () => {
  expect(serviceNameOf({ group: 'service:web' })).toBe('web');
  expect(serviceNameOf({ group: 'family:web' })).toBeUndefined();
  expect(isStandalone(task({ group: 'family:web' }))).toBe(true);
  expect(isStandalone(task({ group: 'service:web' }))).toBe(false);
});
