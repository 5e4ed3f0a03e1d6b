import type { Fact } from './facts.ts';
import type { Invariant } from './invariant.ts';
import type { Ledger } from './ledger.ts';

/**
 * Calls of one invocation, at most. AWS's request budgets are those of the account: whoever spends them takes them from
 * the operator's own tools.
 *
 * - `each`: the record, its index, the turn of the sweep, the due queue, the daily summary, alerts that are sent anew.
 * - `cluster`: its instances that are away, its tags, its census in an outage, and the search for one instance in all of them.
 * - `group`: its description and hooks, a hundred groups to a page.
 * - `trouble`: all that one instance that drains, is away, arrives or leaves may ask for: what it is and where, its tasks
 *   twice, their services and definitions, its group, the hook, what EC2 says; to read and write its incident three
 *   times, and to send what is said of it.
 *
 * The healthy fleet is in none of them: it costs nothing. Calls that AWS refused or a fault struck do not count, for
 * they are made again.
 */
export const CALLS_MAX = { each: 20, cluster: 8, group: 4, trouble: 30 } as const;

/** Nearly all invocations are sweeps, one a minute, so an hour's calls are sixty times this, and the events'. */
export function callsAreBounded(): Invariant {
  const calls = new Map<string, number>();
  const groups = new Set<string>();
  const trouble = new Trouble();
  return {
    name: 'The calls of an invocation are bounded by the clusters, the groups and the instances in trouble',
    observe(fact, ledger, check) {
      trouble.record(fact);
      if (fact.kind === 'lifecycle state') groups.add(fact.group);
      if (fact.kind === 'call' && fact.requestId !== undefined && !fact.isHindered) {
        calls.set(fact.requestId, (calls.get(fact.requestId) ?? 0) + 1);
      }
      if (fact.kind !== 'invocation') return;
      const made = calls.get(fact.requestId) ?? 0;
      calls.delete(fact.requestId);
      const clusters = new Set([...ledger.registrations.values()].map(({ cluster }) => cluster)).size;
      const troubled = trouble.count(ledger, fact.atMs);
      const allowed =
        CALLS_MAX.each + CALLS_MAX.cluster * clusters + CALLS_MAX.group * groups.size + CALLS_MAX.trouble * troubled;
      check(made <= allowed, `${fact.functionName} made ${made} calls for ${troubled} instances in trouble`, [
        fact.requestId,
      ]);
    },
  };
}

/** Ebbtide goes on looking at what was in trouble until its incident is over: a warm pool may hold it for long. */
const LOOKED_AT_MS = 10 * 60_000;

/** Instances that something happens to; and those of which something happened lately. */
class Trouble {
  readonly #lastMs = new Map<string, number>();

  record(fact: Fact): void {
    switch (fact.kind) {
      case 'registration':
      case 'ec2 instance':
      case 'lifecycle state':
      case 'terminate action':
      case 'action ended':
      case 'end announced':
      case 'end called off':
        this.#lastMs.set(fact.ec2InstanceId, fact.atMs);
    }
  }

  count(ledger: Ledger, nowMs: number): number {
    const ids = new Set<string>();
    for (const [id, atMs] of this.#lastMs) {
      // Where Ebbtide only observes, a hook holds its instance for as long as it likes.
      const isHeld = ledger.lifecycleState(id)?.endsWith(':Wait') === true;
      if (nowMs - atMs < LOOKED_AT_MS || ledger.announcements.concern(id) || isHeld) ids.add(id);
    }
    for (const { ec2InstanceId, status, connected, isImpaired } of ledger.registrations.values()) {
      if (status === 'DRAINING' || (status === 'ACTIVE' && (!connected || isImpaired))) ids.add(ec2InstanceId);
    }
    for (const { ec2InstanceId, end } of ledger.actions) if (end === undefined) ids.add(ec2InstanceId);
    return ids.size;
  }
}
