import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadTimeMs, measureBundles } from '../cli/measures/bundles.ts';
import { temporaryDirectory } from '../cli/package.ts';
import { deployedFunctions, type Packaged } from '../cli/story/play.ts';
import { createSimulator } from '../simulator/simulator.ts';

const LOADS = 5;
const BUILT_INS = 'for (const name of ["https", "crypto", "stream", "zlib", "fs/promises"]) require("node:" + name);';

/**
 * How long each function's bundle takes to load, as a share of what Node.js itself takes for the built-in modules that
 * every AWS client needs, measured in the same run.
 */
export async function benchFunctions(packaged: Packaged): Promise<void> {
  const file = path.join(temporaryDirectory('ebbtide-bench-'), 'built-ins.js');
  writeFileSync(file, BUILT_INS);
  const baselines: number[] = [];
  for (let load = 0; load < LOADS; load++) baselines.push(await loadTimeMs(file, {}));
  const baselineMs = Math.min(...baselines);
  console.log(`built-in modules: ${baselineMs.toFixed(1)} ms (the baseline)`);
  const simulator = createSimulator({ seed: 1 });
  const functions = deployedFunctions({ simulator, stack: simulator.deploy(packaged) }, packaged);
  for (const { functionName, bytes, loadMs } of await measureBundles(functions)) {
    const ratio = (loadMs / baselineMs).toFixed(1);
    console.log(`${functionName}: ${Math.round(bytes / 1_000)} KB, ${loadMs} ms, ${ratio} times the baseline`);
  }
}
