import type { Fact } from './facts.ts';
import type { Invariant } from './invariant.ts';

/** What temporary credentials and signed requests look like, as the simulated functions have them. */
const CREDENTIALS = /\b(ASIA[0-9A-Z]{16}|(secret|session)-of-ASIA|AWS4-HMAC-SHA256|Signature=|x-amz-security-token)/i;

/**
 * Logs, alerts and own events are read by many. @param secrets what was planted where a function sees it and nobody who
 * reads them should
 */
export function nothingSensitiveIsTold(secrets: readonly string[] = []): Invariant {
  return {
    name: 'No credentials, signatures or contents of unreadable messages in logs, alerts and own events',
    observe(fact, _ledger, check) {
      const text = toldBy(fact);
      if (text === undefined) return;
      const found = CREDENTIALS.exec(text)?.[0] ?? secrets.find((secret) => text.includes(secret));
      check(
        found === undefined,
        `${fact.kind} has ${found} in it: ${excerpt(text, found)}`,
        found === undefined ? [] : [found],
      );
    },
  };
}

function toldBy(fact: Fact): string | undefined {
  if (fact.kind === 'log' || fact.kind === 'alert') return fact.text;
  const isOwnEvent = fact.kind === 'call' && fact.operation === 'PutEvents' && fact.functionName !== undefined;
  return isOwnEvent ? JSON.stringify(fact.input) : undefined;
}

function excerpt(text: string, found = ''): string {
  const at = Math.max(0, text.indexOf(found) - 100);
  return text.slice(at, at + 300);
}
