import type { Invariant } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { type Repair, readRepair } from './repairs.ts';
import { earlyMs, type Terms, termsIn } from './terms.ts';

/** Restarting and replacing disturb what runs; an agent that is connected, or was until a moment ago, asks for neither. */
export function repairsHaveACause(terms: Terms): Invariant {
  return {
    name: 'No agent is restarted and no instance replaced that is connected, or not yet away for as long as its step says',
    observe(fact, ledger, check) {
      const repair = readRepair(fact, ledger);
      if (repair === undefined || repair.kind === 'deregister') return;
      const { kind, ec2InstanceId } = repair;
      const done = kind === 'restart' ? 'its agent was restarted' : 'it was replaced';
      check(hasCause(repair, ledger, { terms, nowMs: fact.atMs }), `${ec2InstanceId}: ${done} without a cause`, [
        ec2InstanceId,
      ]);
    },
  };
}

interface Circumstances {
  readonly terms: Terms;
  readonly nowMs: number;
}

function hasCause(repair: Repair, ledger: Ledger, { terms, nowMs }: Circumstances): boolean {
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
  if (ledger.announced.has(ec2InstanceId)) return terms.replacesAnnounced === true;
  return registrations.length === 0 && isUnregistered(ec2InstanceId, ledger, { terms, nowMs });
}

/** In service, and in no cluster, for as long as that may be. */
function isUnregistered(ec2InstanceId: string, ledger: Ledger, { terms, nowMs }: Circumstances): boolean {
  const { replacesUnregisteredMs = Number.POSITIVE_INFINITY } = terms;
  const sinceMs = ledger.lifecycleSinceMs(ec2InstanceId) ?? nowMs;
  return (
    ledger.lifecycleState(ec2InstanceId) === 'InService' && nowMs - sinceMs + earlyMs(terms) >= replacesUnregisteredMs
  );
}
