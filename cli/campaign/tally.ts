import { type Failure, type FailureKind, failureOf } from './failure.ts';
import type { Plan } from './plan.ts';
import type { Answer } from './worker.ts';

export const EXIT = {
  held: 0,
  usage: 1,
  safety: 2,
  liveness: 3,
  crash: 4,
  notRepeatable: 5,
  interrupted: 130,
} as const;

/** By kind. */
type Counts = Readonly<Record<string, number>>;

/** What all worlds so far add up to. */
export class Tally {
  seeds = 0;
  checks = 0;
  virtualMs = 0;
  instanceHours = 0;
  calls = 0;
  alerts = 0;
  /** Of all processors together. */
  cpuMs = 0;
  faults: Counts = {};
  pushes: Counts = {};
  readonly failures: ({ readonly seed: number } & Failure)[] = [];

  add({ seed, pushes }: Plan, answer: Answer): void {
    this.seeds++;
    const failure = failureOf(answer);
    if (failure !== undefined) this.failures.push({ seed, ...failure });
    if (answer.kind === 'crashed') return;
    const { outcome, cpuMs } = answer;
    this.checks += outcome.checks;
    this.virtualMs += outcome.virtualMs;
    this.instanceHours += outcome.instanceHours;
    this.calls += outcome.calls;
    this.alerts += outcome.alerts;
    this.cpuMs += cpuMs;
    this.faults = sum(this.faults, outcome.faults);
    for (const { push } of pushes) this.pushes = sum(this.pushes, { [push]: 1 });
  }

  exitCode(): number {
    const order: readonly FailureKind[] = ['safety', 'liveness', 'crash', 'notRepeatable'];
    const gravest = order.find((kind) => this.failures.some((failure) => failure.kind === kind));
    return gravest === undefined ? EXIT.held : EXIT[gravest];
  }
}

function sum(counts: Counts, more: Counts): Counts {
  const kinds = [...Object.keys(counts), ...Object.keys(more)];
  return Object.fromEntries(kinds.map((kind) => [kind, (counts[kind] ?? 0) + (more[kind] ?? 0)]));
}
