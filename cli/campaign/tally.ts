import { FAULT_KINDS, type FaultKind } from './fault-mix.ts';
import type { Answer } from './worker.ts';

export const EXIT = { held: 0, usage: 1, safety: 2, liveness: 3, crash: 4, notRepeatable: 5 } as const;

export type Failure = 'safety' | 'liveness' | 'crash' | 'notRepeatable';

/** How a seed ended; undefined when all held. The gravest counts. */
export function failureOf(answer: Answer): Failure | undefined {
  if (answer.kind === 'crashed') return 'crash';
  if (answer.outcome.broken.length > 0) return 'safety';
  if (answer.outcome.pending.length > 0) return 'liveness';
  return answer.isRepeatable ? undefined : 'notRepeatable';
}

/** What all seeds so far add up to. */
export class Tally {
  seeds = 0;
  checks = 0;
  virtualMs = 0;
  instanceHours = 0;
  calls = 0;
  alerts = 0;
  playedMs = 0;
  readonly faults = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  readonly failures: { readonly seed: number; readonly failure: Failure }[] = [];

  add(seed: number, answer: Answer): void {
    this.seeds++;
    const failure = failureOf(answer);
    if (failure !== undefined) this.failures.push({ seed, failure });
    if (answer.kind === 'crashed') return;
    const { outcome, ms } = answer;
    this.checks += outcome.checks;
    this.virtualMs += outcome.virtualMs;
    this.instanceHours += outcome.instanceHours;
    this.calls += outcome.calls;
    this.alerts += outcome.alerts;
    this.playedMs += ms;
    for (const kind of FAULT_KINDS) this.faults[kind] += outcome.faults[kind];
  }

  exitCode(): number {
    const order = ['safety', 'liveness', 'crash', 'notRepeatable'] as const;
    const gravest = order.find((kind) => this.failures.some(({ failure }) => failure === kind));
    return gravest === undefined ? EXIT.held : EXIT[gravest];
  }
}
