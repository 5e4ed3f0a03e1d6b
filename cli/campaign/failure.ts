import type { Answer } from './worker.ts';

export type FailureKind = 'safety' | 'liveness' | 'crash' | 'notRepeatable';

/** How a world failed, and at what: what a smaller world must do as well to be the same failure. */
export interface Failure {
  readonly kind: FailureKind;
  /** The invariant, the kind of thing that waits, or the error. */
  readonly name: string;
}

/** How a world ended; undefined when all held. The gravest counts, and of several the first. */
export function failureOf(answer: Answer): Failure | undefined {
  return failuresOf(answer)[0];
}

export function failsWith(answer: Answer, { kind, name }: Failure): boolean {
  return failuresOf(answer).some((one) => one.kind === kind && one.name === name);
}

function failuresOf(answer: Answer): Failure[] {
  if (answer.kind === 'crashed') return [{ kind: 'crash', name: withoutNames(answer.error) }];
  const { broken, pending } = answer.outcome;
  const first = answer.difference === undefined ? [] : [answer.difference.about];
  return [
    ...broken.map(({ name }) => ({ kind: 'safety' as const, name })),
    ...pending.map(({ kind }) => ({ kind: 'liveness' as const, name: kind })),
    ...first.map((name) => ({ kind: 'notRepeatable' as const, name })),
  ];
}

/** The first line of an error, in which ids, counts and instants say nothing. */
function withoutNames(error: string): string {
  return (error.split('\n')[0] ?? '').replaceAll(/\S*\d\S*/g, '…');
}
