import { Random } from '../../simulator/kernel/random.ts';
import type { UndocumentedBehaviour } from '../../simulator/services/undocumented.ts';
import { drawFaults, type FaultMix } from './fault-mix.ts';
import { type ClusterPlan, drawClusters } from './fleet-plan.ts';
import { drawSettings, type Settings } from './settings.ts';

/** Everything that a seed decides before its world begins. Plain data: it is printed, and says what a failure needs. */
export interface Plan {
  readonly seed: number;
  readonly settings: Settings;
  readonly clusters: readonly ClusterPlan[];
  readonly undocumented: Partial<UndocumentedBehaviour>;
  readonly faults: FaultMix;
  /** How long things happen to the fleet before everything heals. */
  readonly troubleMinutes: number;
  readonly meanPauseMinutes: number;
}

export function drawPlan(seed: number): Plan {
  const random = new Random(seed, 'campaign');
  const fleet = random.fork('fleet');
  const world = random.fork('world');
  const settings = drawSettings(random.fork('settings'));
  // Nobody completes a hook there: one that abandons launches would have the group launch for ever.
  const hookResults = settings.mode === 'observe' ? (['CONTINUE'] as const) : (['CONTINUE', 'ABANDON'] as const);
  return {
    seed,
    settings,
    clusters: drawClusters(fleet, hookResults),
    undocumented: {
      drainingSendsEvent: world.chance(0.5),
      replacesTasksOfDisconnectedDraining: world.chance(0.5),
      protectionHoldsOnDraining: world.chance(0.5),
      ghostTasksAreStopped: world.chance(0.5),
      hooksRunForVanishedInstances: world.chance(0.5),
    },
    faults: drawFaults(random.fork('faults')),
    troubleMinutes: world.integer(40, 120),
    meanPauseMinutes: world.integer(2, 9),
  };
}
