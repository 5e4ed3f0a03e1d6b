import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Fact } from './facts.ts';
import type { Invariant } from './invariant.ts';
import { EVENT_TIME_STEP_MS, type Terms } from './terms.ts';

/** Agents disconnect for moments several times an hour in normal operation (ECS events, container instance state change). */
export function nobodyIsWokenEarly({ disconnectedMs, tellsWithinMs = 0 }: Terms): Invariant {
  const absences = new Absences();
  return {
    name: 'No alert about an agent before it has been away for the threshold without a break',
    observe(fact, ledger, check) {
      absences.record(fact);
      if (!isDisconnectionOpened(fact)) return;
      for (const id of instancesNamedIn(fact.text)) {
        const isAway = ledger.registrationsOf(id).some(({ arn }) =>
          absences.lasted(arn, disconnectedMs - EVENT_TIME_STEP_MS, {
            sinceMs: fact.atMs - tellsWithinMs,
            nowMs: fact.atMs,
          }),
        );
        check(isAway, `an alert says that the agent of ${id} is away`, [id]);
      }
    },
  };
}

interface Absence {
  readonly fromMs: number;
  untilMs: number;
}

/** When agents were away, by container instance; a registration begins with an agent that has yet to connect. */
class Absences {
  readonly #byArn = new Map<string, Absence[]>();

  record(fact: Fact): void {
    if (fact.kind !== 'registration') return;
    const { containerInstanceArn: arn, change, atMs } = fact;
    const absences = this.#byArn.get(arn) ?? [];
    this.#byArn.set(arn, absences);
    const last = absences.at(-1);
    if (change === 'agent connected' && last !== undefined) last.untilMs = Math.min(last.untilMs, atMs);
    if (change === 'agent disconnected' || change === 'registered') {
      if (last === undefined || last.untilMs <= atMs)
        absences.push({ fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
    }
  }

  /** Whether, at some instant from `sinceMs` to `nowMs`, the agent had been away for `durationMs`. */
  lasted(
    arn: string,
    durationMs: number,
    { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
  ): boolean {
    return (this.#byArn.get(arn) ?? []).some(
      ({ fromMs, untilMs }) => untilMs >= sinceMs && Math.min(untilMs, nowMs) - fromMs >= durationMs,
    );
  }
}
