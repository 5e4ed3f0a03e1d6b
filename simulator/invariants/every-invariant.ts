import { alertsComeOnce } from './alerts-come-once.ts';
import { breakerHolds } from './breaker-holds.ts';
import { callsAreBounded } from './calls-are-bounded.ts';
import { containersEndByThemselves } from './containers-end-by-themselves.ts';
import { cutDrainsAreTold } from './cut-drains-are-told.ts';
import { everyEndIsTold } from './every-end-is-told.ts';
import { everythingIsPermitted } from './everything-is-permitted.ts';
import { functionsSucceed } from './functions-succeed.ts';
import { heartbeatsEndAtTheDeadline } from './heartbeats-end-at-the-deadline.ts';
import { hooksAreCompleted } from './hooks-are-completed.ts';
import type { Invariant } from './invariant.ts';
import { lastingAbsencesAreTold } from './lasting-absences-are-told.ts';
import { managedInstancesAreLeftAlone } from './managed-instances-are-left-alone.ts';
import { messagesAreKept } from './messages-are-kept.ts';
import { noLiveInstanceIsDeregistered } from './no-live-instance-is-deregistered.ts';
import { nobodyIsWokenEarly } from './nobody-is-woken-early.ts';
import { nothingIsHeldForNothing } from './nothing-is-held-for-nothing.ts';
import { nothingIsLeftBehind } from './nothing-is-left-behind.ts';
import { nothingSensitiveIsTold } from './nothing-sensitive-is-told.ts';
import { onlyLeavingInstancesDrain } from './only-leaving-instances-drain.ts';
import { ownHooksOnly } from './own-hooks-only.ts';
import { releasedWhenStopped } from './released-when-stopped.ts';
import { repairsAreLimited } from './repairs-are-limited.ts';
import { repairsHaveACause } from './repairs-have-a-cause.ts';
import { scopeIsKept } from './scope-is-kept.ts';
import { servicesKeepTheirTasks } from './services-keep-their-tasks.ts';
import { stoppedInstancesWakeNobody } from './stopped-instances-wake-nobody.ts';
import type { Terms } from './terms.ts';
import { whatIsHeldDrains } from './what-is-held-drains.ts';
import { whatStaysTakesTasks } from './what-stays-takes-tasks.ts';

/**
 * All of them, for a world in which nothing is broken on purpose. Each call makes a set for one run.
 * @param secrets what was planted where functions see it, and nobody else should
 */
export function everyInvariant(terms: Terms, secrets: readonly string[] = []): Invariant[] {
  return [
    releasedWhenStopped(terms),
    containersEndByThemselves(terms),
    hooksAreCompleted(terms),
    nothingIsHeldForNothing(terms),
    ownHooksOnly(terms),
    onlyLeavingInstancesDrain(terms),
    whatIsHeldDrains(terms),
    whatStaysTakesTasks(terms),
    noLiveInstanceIsDeregistered(terms),
    nobodyIsWokenEarly(terms),
    stoppedInstancesWakeNobody(terms),
    heartbeatsEndAtTheDeadline(terms),
    scopeIsKept(terms),
    managedInstancesAreLeftAlone(terms),
    servicesKeepTheirTasks(terms),
    repairsHaveACause(terms),
    repairsAreLimited(terms),
    breakerHolds(terms),
    lastingAbsencesAreTold(terms),
    cutDrainsAreTold(terms),
    alertsComeOnce(),
    everyEndIsTold(terms),
    callsAreBounded(),
    messagesAreKept(),
    nothingSensitiveIsTold(secrets),
    everythingIsPermitted(),
    functionsSucceed(),
    nothingIsLeftBehind(),
  ];
}
