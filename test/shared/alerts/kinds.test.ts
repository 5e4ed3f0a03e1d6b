import { expect, test } from 'vitest';
import { stalledAlert } from '../../../shared/alerts/drain-alerts.ts';
import { sparedAlert, takenAlert } from '../../../shared/alerts/interruption-alerts.ts';
import { drain, MINUTE_MS, T0 } from '../fleet.ts';

const interruption = { cause: 'rebalance', atMs: T0, wasDraining: false } as const;
const stalled = drain({ actions: [], interruption, stalledAtMs: T0 + 10 * MINUTE_MS });

test.each([
  [
    'EC2 took the instance',
    takenAlert(stalled, { ec2State: 'terminated', lost: [], isObserved: false }, T0 + 20 * MINUTE_MS),
  ],
  ['EC2 spared it', sparedAlert(stalled, { result: 'restore', isObserved: false }, T0 + 60 * MINUTE_MS)],
])('who filters by kind, and was told that a drain is stuck, hears that it is over when %s', (_, resolved) => {
  expect(resolved?.state).toBe('resolved');
  expect(resolved?.kind).toBe(stalledAlert(stalled, ['a task'], T0).kind);
});
