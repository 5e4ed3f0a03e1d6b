import type { Invariant } from './invariant.ts';

const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'KMSAccessDenied',
  'UnauthorizedOperation',
]);

export function everythingIsPermitted(): Invariant {
  return {
    name: 'Every API call of a function is permitted by its role',
    observe(fact, _ledger, check) {
      if (fact.kind !== 'call' || fact.functionName === undefined) return;
      const { functionName, service, operation, errorCode } = fact;
      check(!DENIED.has(errorCode ?? ''), `${functionName} may not call ${service}:${operation}`, [functionName]);
    },
  };
}
