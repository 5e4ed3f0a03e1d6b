import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlineOf, endOf } from '../../../shared/domain/lifecycle.ts';
import { findMisfit } from '../../../shared/domain/misfit.ts';
import { MINUTE_MS } from '../fleet.ts';

const globalTimeoutOf = (heartbeatTimeoutSeconds: number) => Math.min(172_800, 100 * heartbeatTimeoutSeconds);

describe('whether a hook lives to see a deadline', () => {
  it.each([
    { heartbeat: 300, minutes: 60, misfit: undefined },
    { heartbeat: 30, minutes: 48, misfit: undefined },
    { heartbeat: 30, minutes: 60, misfit: { endsAfterMinutes: 48, heartbeatTimeoutSecondsMin: 38 } },
    { heartbeat: 7_200, minutes: 2_820, misfit: undefined },
    { heartbeat: 300, minutes: 2_878, misfit: { endsAfterMinutes: 498, heartbeatTimeoutSecondsMin: 1_728 } },
    { heartbeat: 7_200, minutes: 2_879, misfit: { endsAfterMinutes: 2_878, heartbeatTimeoutSecondsMin: undefined } },
  ])('heartbeat timeout $heartbeat s, deadline $minutes min', ({ heartbeat, minutes, misfit }) => {
    expect(findMisfit({ globalTimeoutSeconds: globalTimeoutOf(heartbeat) }, minutes)).toEqual(misfit);
  });

  it('is the same as whether the deadline of a drain is cut, and what it advises does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 7_200 }), fc.integer({ min: 1, max: 2_820 }), (heartbeat, minutes) => {
        const hook = (heartbeatTimeoutSeconds: number) => ({
          name: 'ebbtide-terminate',
          groupName: 'shop',
          transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          defaultResult: 'CONTINUE',
          heartbeatTimeoutSeconds,
          globalTimeoutSeconds: globalTimeoutOf(heartbeatTimeoutSeconds),
        });
        const misfit = findMisfit(hook(heartbeat), minutes);

        expect(misfit !== undefined).toBe(deadlineOf(0, minutes, endOf(0, hook(heartbeat))) < minutes * MINUTE_MS);
        if (misfit === undefined) return;
        expect(findMisfit(hook(heartbeat), misfit.endsAfterMinutes)).toBeUndefined();
        const needed = misfit.heartbeatTimeoutSecondsMin;
        if (needed !== undefined) expect(findMisfit(hook(needed), minutes)).toBeUndefined();
      }),
    );
  });
});
