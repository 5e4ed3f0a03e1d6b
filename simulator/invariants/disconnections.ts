import type { Fact } from './facts.ts';

/** The EC2 and external instances that somebody who reads the alert would take it to be about. */
export function instancesNamedIn(text: string): string[] {
  return [...new Set(text.match(/\bm?i-[0-9a-f]{8,17}\b/g) ?? [])];
}

export function isDisconnectionOpened(fact: Fact): fact is Fact & { readonly kind: 'alert' } {
  return fact.kind === 'alert' && fact.about === 'disconnection' && fact.state === 'opened';
}
