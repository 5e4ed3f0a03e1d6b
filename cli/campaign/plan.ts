import { Random } from '../../simulator/kernel/random.ts';
import type { UndocumentedBehaviour } from '../../simulator/services/undocumented.ts';
import { drawFaults, type FaultMix } from './fault-mix.ts';
import { type ClusterPlan, drawClusters } from './fleet-plan.ts';
import { drawPushes, type PlannedPush } from './pushes.ts';
import { drawRarePushes } from './rare-pushes.ts';
import { drawRedeployed, drawSettings, type Settings } from './settings.ts';

/**
 * Everything that is decided before a world begins. Plain data: it is printed, kept in a file, and made smaller piece by
 * piece. Each piece has a stream of chance of its own, so that one which is left out leaves the others as they were, as far
 * as the world that they meet is the same.
 */
export interface Plan {
  /** Names the streams of chance of all that the plan does not say: delays, ids, placement. */
  readonly seed: number;
  /** Settings that are left out have their defaults. */
  readonly settings: Settings;
  readonly clusters: readonly ClusterPlan[];
  readonly undocumented: Partial<UndocumentedBehaviour>;
  readonly faults: FaultPlan;
  /** How long things happen to the fleet before everything heals. */
  readonly troubleMinutes: number;
  /** What the push `deploy the stack anew` changes; default: nothing. */
  readonly redeployed?: Settings;
  /** In the order of their instants. */
  readonly pushes: readonly PlannedPush[];
}

export interface FaultPlan {
  /** Kinds that are left out never strike. */
  readonly rates: Partial<FaultMix>;
  /** Where given: these strikes happen, by their names (`Strike`), and no others; the rates mean nothing then. */
  readonly only?: readonly string[];
}

export function drawPlan(seed: number): Plan {
  const random = new Random(seed, 'campaign');
  const fleet = random.fork('fleet');
  const world = random.fork('world');
  const settings = drawSettings(random.fork('settings'));
  const rates = drawFaults(random.fork('faults'));
  const undocumented = {
    drainingSendsEvent: world.chance(0.5),
    replacesTasksOfDisconnectedDraining: world.chance(0.5),
    protectionHoldsOnDraining: world.chance(0.5),
    ghostTasksAreStopped: world.chance(0.5),
    hooksRunForVanishedInstances: world.chance(0.5),
  };
  // For the time that they take, short worlds in which much happens at once show most. What takes its time, and what is
  // remembered for long, needs the others.
  const troubleMinutes = world.pick(world.chance(0.97) ? [5, 6, 8, 10, 12] : [30, 60]);
  const meanPauseMinutes = world.pick([0.5, 1, 1, 1.5, 2]);
  return {
    seed,
    settings,
    clusters: drawClusters(fleet, { settings, rates }),
    undocumented,
    faults: { rates },
    redeployed: drawRedeployed(random.fork('redeployed'), settings),
    troubleMinutes,
    pushes: [
      ...drawPushes(random.fork('pushes'), { troubleMinutes, meanPauseMinutes }),
      ...drawRarePushes(random.fork('rare pushes'), { troubleMinutes, rates, settings }),
    ].sort((a, b) => a.atMs - b.atMs),
  };
}
