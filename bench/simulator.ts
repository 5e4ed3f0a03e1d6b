import type { Packaged } from '../cli/story/play.ts';
import { createSimulator } from '../simulator/simulator.ts';

const HOUR_MS = 3_600_000;
const TASKS_PER_INSTANCE = 4;

/**
 * How fast the simulator runs: an idle simulated hour of a fleet with Ebbtide's sweep in it, as a share of the time that
 * this machine needs for a fixed piece of work in the same run.
 */
export async function benchSimulator(packaged: Packaged, instances: number): Promise<void> {
  const simulator = createSimulator({ seed: 1 });
  simulator.deploy(packaged);
  const { world } = simulator.fleet;
  world.createCluster({ name: 'prod' });
  world.createAutoScalingGroup({ name: 'web', cluster: 'prod', desired: instances, maxSize: instances });
  await simulator.runFor(HOUR_MS / 6);
  const desiredCount = instances * TASKS_PER_INSTANCE;
  world.createService({ cluster: 'prod', name: 'web', desiredCount, cpu: 256, memory: 512 });
  await simulator.runFor(HOUR_MS);

  const baseline = baselineSeconds();
  const fromMs = performance.now();
  await simulator.runFor(HOUR_MS);
  const seconds = (performance.now() - fromMs) / 1_000;
  const mebibytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(`an idle hour of ${instances} instances with ${desiredCount} tasks: ${seconds.toFixed(1)} s`);
  console.log(
    `that is ${(seconds / baseline).toFixed(1)} times the baseline of ${baseline.toFixed(2)} s; ${mebibytes} MiB in use`,
  );
}

function baselineSeconds(): number {
  const fromMs = performance.now();
  let length = 0;
  for (let round = 0; round < 300; round++) {
    length += JSON.stringify(Array.from({ length: 5_000 }, (_, index) => ({ index, text: `${index}` }))).length;
  }
  if (length === 0) throw new Error('nothing was done');
  return (performance.now() - fromMs) / 1_000;
}
