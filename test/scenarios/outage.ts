import { AwsError } from '../../simulator/wire/aws-error.ts';
import type { CallAttempt, Interception } from '../../simulator/wire/wire.ts';

const UNAVAILABLE = new AwsError('ServerException', 'Service Unavailable', { status: 503 });

/** Of a role that may not. */
export const DENIED = new AwsError('AccessDeniedException', 'not authorized', { status: 400 });

export const isEcs = ({ service }: CallAttempt): boolean => service === 'ecs';

/**
 * Calls that AWS answers with nothing but an error while `outage.isOn`: `intercept` is an option of the box. The fleet itself
 * lives on.
 */
export function outageOf(isMeant: (attempt: CallAttempt) => boolean, answer: AwsError = UNAVAILABLE) {
  const outage = { isOn: false };
  const intercept = (attempt: CallAttempt): Interception | undefined =>
    outage.isOn && isMeant(attempt) ? { effect: 'none', answer } : undefined;
  return { outage, intercept };
}

/** Calls that AWS leaves unanswered while `outage.isOn`, likewise. */
export function silenceOf(isMeant: (attempt: CallAttempt) => boolean): ReturnType<typeof outageOf> {
  const outage = { isOn: false };
  const intercept = (attempt: CallAttempt): Interception | undefined =>
    outage.isOn && isMeant(attempt) ? { effect: 'none', extraLatencyMs: 600_000 } : undefined;
  return { outage, intercept };
}

/** How a service has no answer, for `describe.each` and `it.each`. */
export const WITHOUT_ANSWER = [
  ['answers with errors', outageOf],
  ['leaves calls unanswered', silenceOf],
] as const;

/** The calls of functions to a service, or of one operation. */
export const ofFunctions =
  (name: string) =>
  ({ service, operation, caller }: CallAttempt): boolean =>
    caller.kind === 'function' && (service === name || operation === name);
