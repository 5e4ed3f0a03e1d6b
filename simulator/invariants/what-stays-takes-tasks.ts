import type { Invariant } from './invariant.ts';
import { type Terms, termsIn } from './terms.ts';

/** Two sweeps, and what ECS takes to answer them. */
const PUT_RIGHT_WITHIN_MS = 5 * 60_000;

/**
 * What lives on after its drain (back from a warm pool, or with a new root volume) must not stay DRAINING: ECS places
 * nothing on it, and nobody sees why. Whom AWS has said it takes may wait for that for hours.
 */
export function whatStaysTakesTasks(terms: Terms): Invariant {
  const drainedByUs = new Set<string>();
  return {
    name: 'Nothing that Ebbtide set to DRAINING is left so once its instance is in service again',
    observe(fact, _ledger, check) {
      const isActive = fact.kind === 'registration' && fact.change === 'active again';
      if (isActive && drainedByUs.delete(fact.containerInstanceArn)) check(true, '', []);
      if (fact.kind !== 'call' || fact.operation !== 'UpdateContainerInstancesState') return;
      if (fact.errorCode !== undefined || fact.input.status !== 'DRAINING') return;
      for (const arn of fact.input.containerInstances as readonly string[]) {
        if (fact.functionName === undefined) drainedByUs.delete(arn);
        else drainedByUs.add(arn);
      }
    },
    conclude({ atMs }, ledger, check) {
      for (const arn of drainedByUs) {
        const registration = ledger.registrations.get(arn);
        if (registration?.status !== 'DRAINING' || !registration.connected) continue;
        const { ec2InstanceId: id, cluster, sinceMs } = registration;
        if (ledger.announcements.mayHold(id, terms, atMs) || (termsIn(terms, cluster, atMs).role ?? 'acts') !== 'acts')
          continue;
        const isBack = ledger.ec2State(id) === 'running' && ledger.lifecycleState(id) === 'InService';
        const backSinceMs = Math.max(sinceMs, ledger.lifecycleSinceMs(id) ?? atMs);
        if (!isBack || ledger.actionsHolding(id, { sinceMs: atMs }).length > 0) continue;
        check(atMs - backSinceMs < PUT_RIGHT_WITHIN_MS, `${id} is in service and still DRAINING`, [id, arn]);
      }
    },
  };
}
