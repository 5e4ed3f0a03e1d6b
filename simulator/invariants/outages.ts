import type { Fact } from './facts.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

/**
 * Since when so many agents of a cluster, or of one of its zones, have been away that it is an outage for certain. Who
 * counts is away beyond doubt: an instance that may be on its way out, or may be expected to be silent, does not.
 */
export class Outages {
  readonly #terms: Terms;
  /** By cluster, or cluster and zone: epoch milliseconds. */
  readonly #sinceMs = new Map<string, number>();
  /** Those that have ended, by the same names: a repair may itself end one, in the very instant of its call. */
  readonly #ended = new Map<string, { readonly sinceMs: number; readonly atMs: number }>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  record(fact: Fact, ledger: Ledger): void {
    switch (fact.kind) {
      // An agent that connects in one cluster is not missed in another any more.
      case 'registration':
      case 'ec2 instance':
      case 'lifecycle state':
      case 'terminate action':
      case 'action ended':
      case 'end announced':
        for (const cluster of new Set(ledger.registrationsOf(fact.ec2InstanceId).map((one) => one.cluster))) {
          this.#count(cluster, ledger, fact.atMs);
        }
        break;
    }
  }

  /** Undefined: there is none that concerns the instance. Epoch milliseconds. */
  sinceMs({ cluster, zone }: RegistrationRecord, nowMs: number): number | undefined {
    const all = [cluster, `${cluster}/${zone}`].flatMap((scope) => {
      const ended = this.#ended.get(scope);
      return this.#sinceMs.get(scope) ?? (ended?.atMs === nowMs ? ended.sinceMs : []);
    });
    return all.length === 0 ? undefined : Math.min(...all);
  }

  #count(cluster: string, ledger: Ledger, atMs: number): void {
    const { outage, role } = termsIn(this.#terms, cluster, atMs);
    // What nobody looks at nobody can count: an instance that has come from there is judged by where it is.
    if (outage === undefined || role === 'stays out') return;
    const all = [...ledger.registrations.values()].filter(
      (one) => one.cluster === cluster && one.status !== 'INACTIVE',
    );
    const scopes = new Map([[cluster, all]]);
    for (const [zone, some] of Map.groupBy(all, (one) => one.zone)) {
      if (zone?.includes('-')) scopes.set(`${cluster}/${zone}`, some);
    }
    for (const [scope, members] of scopes) {
      // However many registrations an instance has, it is one that is away.
      const away = new Set(members.filter((one) => isMissed(one, ledger)).map((one) => one.ec2InstanceId)).size;
      const isTripped = away >= outage.countMin && away * 100 >= outage.sharePercent * members.length;
      const sinceMs = this.#sinceMs.get(scope);
      if (!isTripped && sinceMs !== undefined) {
        this.#ended.set(scope, { sinceMs, atMs });
        this.#sinceMs.delete(scope);
      } else if (isTripped) this.#sinceMs.set(scope, sinceMs ?? atMs);
    }
  }
}

/** Whether it was so until this instant: the repair of an instance changes it before its call is on record. */
export function wasMissed(
  { arn, ec2InstanceId, connected }: RegistrationRecord,
  ledger: Ledger,
  nowMs: number,
): boolean {
  if (connected || ledger.announcements.concern(ec2InstanceId)) return false;
  const isInService =
    ledger.lifecycleState(ec2InstanceId) === 'InService' || ledger.lifecycleSinceMs(ec2InstanceId) === nowMs;
  const isUp = ledger.ec2State(ec2InstanceId) === 'running' && isInService;
  if (!isUp && !ec2InstanceId.startsWith('mi-')) return false;
  const held = ledger.actionsHolding(ec2InstanceId, { sinceMs: nowMs });
  if (held.some(({ startedAtMs }) => startedAtMs < nowMs)) return false;
  return !ledger.registrationsOf(ec2InstanceId).some((other) => other.arn !== arn && other.connected);
}

/** Away, and certainly not as it ought to be: it runs, is in service or external, has no other, and nobody takes it. */
export function isMissed(registration: RegistrationRecord, ledger: Ledger): boolean {
  const { arn, ec2InstanceId, status, connected } = registration;
  if (connected || status !== 'ACTIVE' || ledger.announcements.concern(ec2InstanceId)) return false;
  const isExternal = ec2InstanceId.startsWith('mi-');
  const isInService =
    ledger.ec2State(ec2InstanceId) === 'running' && ledger.lifecycleState(ec2InstanceId) === 'InService';
  if (!isExternal && !isInService) return false;
  if (ledger.actionsHolding(ec2InstanceId, { sinceMs: Number.POSITIVE_INFINITY }).length > 0) return false;
  const others = ledger.registrationsOf(ec2InstanceId).filter((other) => other.arn !== arn);
  return !others.some((other) => other.connected || isLaterElsewhere(other, registration));
}

/** The instance has moved to another cluster: it is there that it is missed. */
function isLaterElsewhere(other: RegistrationRecord, { cluster, registeredAtMs }: RegistrationRecord): boolean {
  return other.status !== 'INACTIVE' && other.cluster !== cluster && other.registeredAtMs > registeredAtMs;
}
