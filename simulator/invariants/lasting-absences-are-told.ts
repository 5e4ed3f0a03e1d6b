import { instancesNamedIn } from './disconnections.ts';
import type { Fact } from './facts.ts';
import type { Invariant } from './invariant.ts';
import type { RegistrationRecord } from './ledger.ts';
import { isMissed } from './outages.ts';
import { type Terms, termsIn } from './terms.ts';

/** Sweeps come once a minute, and some of them not at all. */
const SWEEPS_MS = 5 * 60_000;

/** An agent that stays away is told of, by itself or as part of an outage. What moved meanwhile may have started the clock anew. */
export function lastingAbsencesAreTold(terms: Terms): Invariant {
  const news = new News();
  const judged = new Set<string>();
  return {
    name: 'On-call is told of each agent that stays away for longer than the threshold',
    observe(fact, ledger, check) {
      news.record(fact);
      // Often enough, and not at each of a hundred thousand facts.
      if (fact.kind !== 'invocation') return;
      for (const one of ledger.registrations.values()) {
        const absence = one.absences.current;
        if (absence === undefined || !isMissed(one, ledger)) continue;
        const inForce = termsIn(terms, one.cluster, fact.atMs);
        const { tellsDisconnections = true, role, disconnectedMs, actsWithinMs = 0, heldSinceMs = 0 } = inForce;
        if (!tellsDisconnections || role === 'stays out' || judged.has(`${one.arn}/${absence.fromMs}`)) continue;
        // An outage of any cluster that it is in tells of it, and holds what else would be told.
        const homes = ledger.registrationsOf(one.ec2InstanceId).filter(({ status }) => status !== 'INACTIVE');
        const fromMs = Math.max(
          absence.fromMs,
          // Whom nobody looked after nobody missed.
          heldSinceMs,
          // Those of all its registrations: while another was connected, nobody missed it.
          ...homes.map(({ sinceMs, changedAtMs }) => Math.max(sinceMs, changedAtMs)),
          ledger.lifecycleSinceMs(one.ec2InstanceId) ?? 0,
          // While it was stopped it was away as it ought to be.
          ledger.ec2SinceMs(one.ec2InstanceId) ?? 0,
          ...homes.map((home) => news.outageOverMs(home)),
        );
        const toldWithinMs = ledger.tellsWithinMs(inForce, fact.atMs) + actsWithinMs + SWEEPS_MS;
        if (fact.atMs - fromMs < disconnectedMs + toldWithinMs) continue;
        judged.add(`${one.arn}/${absence.fromMs}`);
        const isTold = homes.some((home) => news.has(home, absence.fromMs));
        check(isTold, `nobody was told that the agent of ${one.ec2InstanceId} is away`, [one.ec2InstanceId]);
      }
    },
  };
}

/** What on-call has been told. */
class News {
  readonly #instances = new Map<string, number>();
  /** By cluster name. */
  readonly #outages = new Map<string, { isOpen: boolean; readonly atMs: number }>();

  record(fact: Fact): void {
    if (fact.kind !== 'alert') return;
    if (fact.about === 'disconnection')
      for (const id of instancesNamedIn(fact.text)) this.#instances.set(id, fact.atMs);
    const [, cluster] = /^\[([^\]]+)\]/.exec(fact.text.replace(/^\[observe\] /, '')) ?? [];
    if (fact.about !== 'outage' || cluster === undefined || !fact.id.includes('outage#')) return;
    this.#outages.set(cluster, { isOpen: fact.state === 'opened', atMs: fact.atMs });
  }

  has({ ec2InstanceId, cluster }: RegistrationRecord, sinceMs: number): boolean {
    const isOpen = this.#outages.get(cluster)?.isOpen === true;
    return isOpen || (this.#instances.get(ec2InstanceId) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }

  /** When the last outage of its cluster was said to be over: the clocks start anew then. */
  outageOverMs({ cluster }: RegistrationRecord): number {
    const outage = this.#outages.get(cluster);
    return outage === undefined || outage.isOpen ? 0 : outage.atMs;
  }
}
