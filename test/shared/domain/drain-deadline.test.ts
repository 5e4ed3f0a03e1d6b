import { expect, test } from 'vitest';
import { parsePolicy } from '../../../shared/config/config.ts';
import { deadlineOfDrain } from '../../../shared/domain/drain.ts';
import { drain, heldAction, MINUTE_MS, T0 } from '../fleet.ts';

const policy = parsePolicy({ drainDeadlineMinutes: '30' });
const BEFORE_MS = T0 + 20 * MINUTE_MS;
const HOOK_ENDS_MS = T0 + 90 * MINUTE_MS;
const begun = drain({
  deadlineAtMs: BEFORE_MS,
  hookEndsAtMs: HOOK_ENDS_MS,
  actions: [heldAction({ startedAtMs: T0 })],
});

test.each([
  ['is as long after the beginning as the settings say now', {}, T0 + 30 * MINUTE_MS],
  [
    'counts from the first of several actions',
    { actions: [heldAction({ startedAtMs: T0 + MINUTE_MS }), heldAction({ startedAtMs: T0 })] },
    T0 + 30 * MINUTE_MS,
  ],
  ['is no later than the end of the hook', { hookEndsAtMs: T0 + 25 * MINUTE_MS }, T0 + 25 * MINUTE_MS],
  ['stays where nobody knows how long the hook lasts', { hookEndsAtMs: undefined }, BEFORE_MS],
  ['stays once on-call was told of the end', { endToldAtMs: T0 }, BEFORE_MS],
  ['stays once the hook is completed', { phase: 'returning' as const }, BEFORE_MS],
  ['stays where AWS has announced that it takes the instance, and no hook holds it', { actions: [] }, BEFORE_MS],
])('the deadline of a drain %s', (_, overrides, expected) => {
  expect(deadlineOfDrain({ ...begun, ...overrides }, policy)).toBe(expected);
});
