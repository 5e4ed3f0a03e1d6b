import type { Invariant } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { type Repair, readRepair } from './repairs.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

/** Restarting and replacing disturb what runs; an agent that is connected, or was until a moment ago, asks for neither. */
export function repairsHaveACause(terms: Terms): Invariant {
  const inService = new Services();
  return {
    name: 'No agent is restarted and no instance replaced that is connected, or not yet away for as long as its step says',
    observe(fact, ledger, check) {
      if (fact.kind === 'lifecycle state') inService.record(fact.ec2InstanceId, fact.state, fact.atMs);
      const repair = readRepair(fact, ledger);
      if (repair === undefined || repair.kind === 'deregister') return;
      const { kind, ec2InstanceId } = repair;
      const done = kind === 'restart' ? 'its agent was restarted' : 'it was replaced';
      check(
        hasCause(repair, ledger, { terms, inService, nowMs: fact.atMs }),
        `${ec2InstanceId}: ${done} without a cause`,
        [ec2InstanceId],
      );
    },
  };
}

interface Circumstances {
  readonly terms: Terms;
  readonly inService: Services;
  readonly nowMs: number;
}

function hasCause(repair: Repair, ledger: Ledger, circumstances: Circumstances): boolean {
  const { terms, nowMs } = circumstances;
  const { kind, ec2InstanceId, registrations } = repair;
  const isAway = registrations.some(({ absences, isImpaired, cluster }) => {
    const inForce = termsIn(terms, cluster, nowMs);
    const afterMs = (kind === 'restart' ? inForce.restartsMs : inForce.replacesMs) ?? Number.POSITIVE_INFINITY;
    const sinceMs = nowMs - (inForce.actsWithinMs ?? 0);
    if (isImpaired) return Number.isFinite(afterMs);
    return absences.lasted(afterMs - earlyMs(terms), { sinceMs, nowMs });
  });
  if (isAway) return true;
  if (kind === 'restart') return false;
  if (ledger.announcements.mayHold(ec2InstanceId, terms, nowMs)) return terms.replacesAnnounced === true;
  return registrations.length === 0 && isUnregistered(ec2InstanceId, circumstances);
}

/** In service, and in no cluster, for as long as that may be. */
function isUnregistered(ec2InstanceId: string, { terms, inService, nowMs }: Circumstances): boolean {
  const { replacesUnregisteredMs = Number.POSITIVE_INFINITY } = terms;
  return nowMs - inService.sinceMs(ec2InstanceId, nowMs) + earlyMs(terms) >= replacesUnregisteredMs;
}

/** Since when instances have been in service, until this very instant: a replacement ends that before its call is on record. */
class Services {
  readonly #of = new Map<string, { readonly fromMs: number; untilMs: number }>();

  record(ec2InstanceId: string, state: string, atMs: number): void {
    const last = this.#of.get(ec2InstanceId);
    if (state === 'InService') this.#of.set(ec2InstanceId, { fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
    else if (last !== undefined) last.untilMs = Math.min(last.untilMs, atMs);
  }

  /** Epoch milliseconds; `nowMs` for one that is not. */
  sinceMs(ec2InstanceId: string, nowMs: number): number {
    const last = this.#of.get(ec2InstanceId);
    return last !== undefined && last.untilMs >= nowMs ? last.fromMs : nowMs;
  }
}
