/**
 * How fast the simulator runs: an idle simulated hour of a fleet with Ebbtide's sweep in it, as a share of the time that
 * this machine needs for a fixed piece of work in the same run. Needs what `npm run package` makes.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packagedIn } from '../cli/package.ts';
import { createSimulator } from '../simulator/simulator.ts';

const { values } = parseArgs({ options: { instances: { type: 'string', default: '1000' } } });
const instances = Number(values.instances);
if (!Number.isInteger(instances) || instances < 1) {
  console.error(`--instances is "${values.instances}"; a whole number from 1 on is allowed`);
  process.exit(2);
}

const HOUR_MS = 3_600_000;
const TASKS_PER_INSTANCE = 4;

function baselineSeconds(): number {
  const fromMs = performance.now();
  let length = 0;
  for (let round = 0; round < 300; round++) {
    length += JSON.stringify(Array.from({ length: 5_000 }, (_, index) => ({ index, text: `${index}` }))).length;
  }
  if (length === 0) throw new Error('nothing was done');
  return (performance.now() - fromMs) / 1_000;
}

const simulator = createSimulator({ seed: 1 });
simulator.deploy(packagedIn(path.resolve(import.meta.dirname, '..', '.serverless')));
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
