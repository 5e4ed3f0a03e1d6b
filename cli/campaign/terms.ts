import { parsePolicy } from '../../shared/config/config.ts';
import type { Terms } from '../../simulator/invariants/terms.ts';
import { NON_BLOCKING } from './fleet-plan.ts';
import type { Plan } from './plan.ts';

/** A function's time, in which a look that meets faults may still act. */
const ACTS_WITHIN_MS = 60_000;
/** An alert that its function could not send is sent by a sweep some minutes later; that one may fail too. */
const TELLS_WITHIN_MS = 15 * 60_000;
/** Where nobody is told of disconnections, ghosts are cleaned up after this long (configuration reference). */
const CLEAN_UP_MINUTES = 10;

/** What a plan's settings promise. */
export function termsOf({ settings }: Plan): Terms {
  const policy = parsePolicy(settings);
  const { disconnectedAlertMinutes: alert, disconnectedDeregisterMinutes: deregister } = policy;
  const nonBlocking = [
    `service:${NON_BLOCKING.daemon}`,
    `family:${NON_BLOCKING.selfStarted}`,
    ...(settings.nonBlockingGroups === 'none' ? [] : [`family:${NON_BLOCKING.named}`]),
  ];
  return {
    ownsHook: (hook) => hook.startsWith('ebbtide-'),
    drainDeadlineMs: policy.drainDeadlineMinutes * 60_000,
    lostContactMs: policy.lostContactMinutes * 60_000,
    disconnectedMs: (alert === 'off' ? CLEAN_UP_MINUTES : alert) * 60_000,
    blocks: (group) => !nonBlocking.some((prefix) => group.startsWith(prefix)),
    ...(policy.disconnectedDeregisterRunning && deregister !== 'off'
      ? { deregistersRunningMs: deregister * 60_000 - 1_000 }
      : {}),
    actsWithinMs: ACTS_WITHIN_MS,
    tellsWithinMs: TELLS_WITHIN_MS,
  };
}
