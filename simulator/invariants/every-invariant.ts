import { alertsComeOnce } from './alerts-come-once.ts';
import { containersEndByThemselves } from './containers-end-by-themselves.ts';
import { everythingIsPermitted } from './everything-is-permitted.ts';
import { functionsSucceed } from './functions-succeed.ts';
import { hooksAreCompleted } from './hooks-are-completed.ts';
import type { Invariant } from './invariant.ts';
import { noLiveInstanceIsDeregistered } from './no-live-instance-is-deregistered.ts';
import { nobodyIsWokenEarly } from './nobody-is-woken-early.ts';
import { nothingIsLeftBehind } from './nothing-is-left-behind.ts';
import { onlyLeavingInstancesDrain } from './only-leaving-instances-drain.ts';
import { ownHooksOnly } from './own-hooks-only.ts';
import { releasedWhenStopped } from './released-when-stopped.ts';
import { stoppedInstancesWakeNobody } from './stopped-instances-wake-nobody.ts';
import type { Terms } from './terms.ts';

/** All of them, for a world in which nothing is broken on purpose. Each call makes a set for one run. */
export function everyInvariant(terms: Terms): Invariant[] {
  return [
    releasedWhenStopped(terms),
    containersEndByThemselves(terms),
    hooksAreCompleted(terms),
    ownHooksOnly(terms),
    onlyLeavingInstancesDrain(terms),
    noLiveInstanceIsDeregistered(terms),
    nobodyIsWokenEarly(terms),
    stoppedInstancesWakeNobody(terms),
    alertsComeOnce(),
    everythingIsPermitted(),
    functionsSucceed(),
    nothingIsLeftBehind(),
  ];
}
