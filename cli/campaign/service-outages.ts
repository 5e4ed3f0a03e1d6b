import type { Random } from '../../simulator/kernel/random.ts';
import type { FaultMix } from './fault-mix.ts';
import { MINUTE_MS, type Push, type Pushes } from './push.ts';
import type { PlannedPush } from './pushes.ts';

/** Those without which Ebbtide sees nothing, can do nothing, knows nothing, or can tell nobody. */
const SERVICES = ['ecs', 'autoscaling', 'dynamodb', 'sns'] as const;

/** The push in which a service of AWS answers functions with errors alone, for longer than a function tries. */
const LOSES_A_SERVICE = 'lose a service of AWS';

const loseService: Push = ({ simulator, plan, random }) => {
  // A hook that ends sooner than an outage cannot be kept alive in it.
  const hooks = plan.clusters.flatMap(({ groups }) => groups.flatMap(({ lifecycleHooks = [] }) => lifecycleHooks));
  const shortestMs = Math.min(...hooks.map(({ heartbeatTimeoutSeconds = 3_600 }) => heartbeatTimeoutSeconds * 1_000));
  const forMs = random.integer(20, 150) * 1_000;
  if (2 * forMs > shortestMs) return undefined;
  const service = random.pick(SERVICES);
  simulator.faults.ofCalls.inject({ kind: 'server-error', service, caller: 'functions', rate: 1, forMs, delayMs: 0 });
  return `${service}, for ${Math.round(forMs / 1_000)} s`;
};

export const SERVICE_OUTAGES: Pushes = { [LOSES_A_SERVICE]: loseService };

/** One in some worlds, as rare in long as in short ones: and none where what fails must be made good within a minute. */
export function drawServiceOutages(
  random: Random,
  { troubleMinutes, rates }: { readonly troubleMinutes: number; readonly rates: FaultMix },
): PlannedPush[] {
  if (!random.chance(0.25) || rates.sweepLost > 0) return [];
  return [
    {
      atMs: random.integer(0, troubleMinutes * MINUTE_MS - 1),
      push: LOSES_A_SERVICE,
      seed: random.uint32(),
    },
  ];
}
