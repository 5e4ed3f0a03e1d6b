import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deadlineOf,
  endOf,
  heartbeatIntervalMs,
  LATENESS_MAX_MS,
  looksBetweenSweeps,
  SWEEP_PERIOD_MS,
} from '../../../shared/domain/lifecycle.ts';

const anyTimeout = fc.oneof(fc.integer({ min: 30, max: 300 }), fc.integer({ min: 30, max: 7_200 }));
const anyLateness = fc.oneof(fc.constantFrom(0, LATENESS_MAX_MS), fc.integer({ min: 0, max: LATENESS_MAX_MS }));

/** When a drain that began with an event is looked at: by the event, each sweep and what they plan, each late by itself. */
function lookTimes(timeoutSeconds: number, sweepOffsetMs: number, lateness: () => number, untilMs: number): number[] {
  const starts = [lateness()];
  for (let dueMs = sweepOffsetMs; dueMs < untilMs; dueMs += SWEEP_PERIOD_MS) starts.push(dueMs + lateness());
  const planned = starts.flatMap((startMs) =>
    looksBetweenSweeps(timeoutSeconds).map((seconds) => startMs + seconds * 1_000 + lateness()),
  );
  return [...starts, ...planned].filter((atMs) => atMs <= untilMs).sort((a, b) => a - b);
}

describe('a hook', () => {
  test('of any timeout outlives its drain, however late each look comes', () => {
    fc.assert(
      fc.property(
        anyTimeout,
        fc.integer({ min: 0, max: SWEEP_PERIOD_MS }),
        fc.infiniteStream(anyLateness),
        (timeoutSeconds, sweepOffsetMs, latenesses) => {
          const untilMs = Math.max(6 * SWEEP_PERIOD_MS, 2_500 * timeoutSeconds);
          const lateness = () => latenesses.next().value ?? 0;
          let beatAtMs = 0;
          for (const atMs of lookTimes(timeoutSeconds, sweepOffsetMs, lateness, untilMs)) {
            expect(atMs - beatAtMs, `expired at ${atMs}`).toBeLessThan(timeoutSeconds * 1_000);
            if (atMs - beatAtMs >= heartbeatIntervalMs(timeoutSeconds)) beatAtMs = atMs;
          }
          expect(untilMs - beatAtMs).toBeLessThan(timeoutSeconds * 1_000 + LATENESS_MAX_MS);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('that is kept by sweeps alone outlives a sweep that was missed', () => {
    for (let timeoutSeconds = 30; timeoutSeconds <= 7_200; timeoutSeconds += 1) {
      if (looksBetweenSweeps(timeoutSeconds).length > 0) continue;
      const worstMs = heartbeatIntervalMs(timeoutSeconds) + 2 * SWEEP_PERIOD_MS + LATENESS_MAX_MS;
      expect(worstMs, `${timeoutSeconds} s`).toBeLessThanOrEqual(timeoutSeconds * 1_000);
    }
  });

  test('of the timeout that the stack sets needs no messages between the sweeps', () => {
    expect(looksBetweenSweeps(300)).toEqual([]);
    expect(heartbeatIntervalMs(300)).toBe(40_000);
  });

  test('that is no short one outlives three sweeps in a row that were missed, and is beaten no more often than that needs', () => {
    for (let timeoutSeconds = 290; timeoutSeconds <= 7_200; timeoutSeconds += 1) {
      const worstMs = heartbeatIntervalMs(timeoutSeconds) + 4 * SWEEP_PERIOD_MS + LATENESS_MAX_MS;
      expect(worstMs, `${timeoutSeconds} s`).toBeLessThanOrEqual(timeoutSeconds * 1_000);
    }
    expect(heartbeatIntervalMs(400)).toBe(140_000);
    expect(heartbeatIntervalMs(600)).toBe(300_000);
    expect(heartbeatIntervalMs(7_200)).toBe(3_600_000);
  });

  test('is looked at between the sweeps at each heartbeat until the next but one, which may be late', () => {
    expect(looksBetweenSweeps(90)).toEqual([30, 60]);
    expect(looksBetweenSweeps(289)).toEqual([]);
    expect(heartbeatIntervalMs(289)).toBe(96_000);
    expect(heartbeatIntervalMs(290)).toBe(30_000);
    expect(looksBetweenSweeps(290)).toEqual([]);
  });

  test('is looked at a bounded number of times between two sweeps', () => {
    for (let timeoutSeconds = 30; timeoutSeconds <= 7_200; timeoutSeconds += 1) {
      expect(looksBetweenSweeps(timeoutSeconds).length).toBeLessThan(20);
    }
  });
});

describe('the deadline of a drain', () => {
  const hook = { name: 'ebbtide-terminate', groupName: 'shop-nodes', transition: '', defaultResult: 'ABANDON' };

  test('never lies past the global limit of its hook, and is never later than the operator wants it', () => {
    fc.assert(
      fc.property(anyTimeout, fc.integer({ min: 1, max: 2_820 }), fc.nat(), (timeoutSeconds, minutes, startedAtMs) => {
        const globalTimeoutSeconds = Math.min(172_800, 100 * timeoutSeconds);
        const limits = { ...hook, heartbeatTimeoutSeconds: timeoutSeconds, globalTimeoutSeconds };
        const deadlineAtMs = deadlineOf(startedAtMs, minutes, endOf(startedAtMs, limits));
        expect(deadlineAtMs).toBeLessThanOrEqual(startedAtMs + minutes * 60_000);
        expect(deadlineAtMs).toBeLessThanOrEqual(startedAtMs + globalTimeoutSeconds * 1_000 - SWEEP_PERIOD_MS);
        expect(deadlineAtMs).toBeGreaterThan(startedAtMs);
      }),
    );
  });

  test('is the one that the operator wants where the hook lasts longer, or has just been deleted', () => {
    const limits = { ...hook, heartbeatTimeoutSeconds: 300, globalTimeoutSeconds: 30_000 };
    expect(deadlineOf(5, 60, endOf(5, limits))).toBe(5 + 3_600_000);
    expect(deadlineOf(5, 60, endOf(5, undefined))).toBe(5 + 3_600_000);
  });
});
