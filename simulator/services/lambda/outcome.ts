import type { HandlerOutcome } from './environment.ts';

export type InvocationOutcome = HandlerOutcome | { readonly outcome: 'timeout'; readonly errorMessage: string };

/** The runtime's own limit: 6 MB and 100 bytes, which the message names (Lambda Developer Guide, "Lambda quotas"). */
const RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100;

export const KILLED: HandlerOutcome = {
  outcome: 'error',
  errorType: 'Runtime.ExitError',
  errorMessage: 'Runtime exited with error: signal: killed',
  stack: [],
};

/** A result that is too large fails the invocation, although the handler succeeded. */
export function limitResponse(outcome: InvocationOutcome): InvocationOutcome {
  if (outcome.outcome !== 'success') return outcome;
  const bytes = Buffer.byteLength(JSON.stringify(outcome.payload) ?? '');
  if (bytes <= RESPONSE_BYTES_MAX) return outcome;
  return {
    outcome: 'error',
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`,
    stack: [],
  };
}
