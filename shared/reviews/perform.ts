import type { Policy } from '../config/settings.ts';
import type { Runtime } from '../runtime.ts';

/** Something that changes the fleet: an AWS operation, and what it is done to. */
export interface Effect {
  readonly operation: string;
  readonly subject: string;
  readonly [detail: string]: unknown;
}

/**
 * The only way to change anything in the fleet. Every effect is logged; where the policy says `observe` it is logged as
 * what would have been done, and nothing is called.
 *
 * @returns what the call answered, or `observed`
 */
export async function perform<T>(
  { logger }: Pick<Runtime, 'logger'>,
  { mode }: Pick<Policy, 'mode'>,
  effect: Effect,
  call: () => Promise<T>,
): Promise<T | 'observed'> {
  if (mode === 'observe') {
    logger.info('would act', { effect });
    return 'observed';
  }
  const outcome = await call();
  logger.info('acted', { effect, ...(typeof outcome === 'string' && { outcome }) });
  return outcome;
}
