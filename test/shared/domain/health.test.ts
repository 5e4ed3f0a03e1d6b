import { describe, expect, test } from 'vitest';
import { connectivityImpairedSince, impairedChecks, impairedSince } from '../../../shared/domain/health.ts';
import type { InstanceHealthCheck } from '../../../shared/domain/model.ts';
import { instance, MINUTE_MS, T0 } from '../fleet.ts';

const check = (type: string, status: string, sinceMs?: number): InstanceHealthCheck => ({
  type,
  status,
  ...(sinceMs !== undefined && { sinceMs }),
});
const runtime = check('CONTAINER_RUNTIME', 'IMPAIRED', T0 + MINUTE_MS);
const connectivity = check('AGENT_CONNECTIVITY', 'IMPAIRED', T0 + 2 * MINUTE_MS);

describe('the checks of an instance', () => {
  test('count as failed when ECS says IMPAIRED, and in no other status', () => {
    const others = ['OK', 'INSUFFICIENT_DATA', 'INITIALIZING', 'NEWS'].map((status) => check('DAEMON', status, T0));
    expect(impairedChecks(instance({ health: [...others, runtime, connectivity] }))).toEqual([runtime, connectivity]);
    expect(impairedChecks(instance({ health: others }))).toEqual([]);
  });

  test('are none where the agent reports none', () => {
    expect(impairedChecks(instance())).toEqual([]);
    expect(impairedSince(instance())).toBeUndefined();
    expect(connectivityImpairedSince(instance())).toBeUndefined();
  });

  test('tell since when the first of them has failed', () => {
    const passing = check('DAEMON', 'OK', T0 - 60 * MINUTE_MS);
    expect(impairedSince(instance({ health: [connectivity, passing, runtime] }))).toBe(runtime.sinceMs);
    expect(impairedSince(instance({ health: [check('DAEMON', 'IMPAIRED'), connectivity] }))).toBe(connectivity.sinceMs);
    expect(impairedSince(instance({ health: [check('DAEMON', 'IMPAIRED')] }))).toBeUndefined();
  });

  test('tell since when the connection of the agent has been impaired, and nothing else', () => {
    expect(connectivityImpairedSince(instance({ health: [runtime, connectivity] }))).toBe(connectivity.sinceMs);
    const fine = check('AGENT_CONNECTIVITY', 'OK', T0);
    expect(connectivityImpairedSince(instance({ health: [runtime, fine] }))).toBeUndefined();
  });
});
