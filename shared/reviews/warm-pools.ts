import { listWarmPool } from '../aws/auto-scaling.ts';
import type { AutoScalingGroup, AutoScalingInstance } from '../domain/model.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';

/** What is in the warm pools, or on its way in or out of them. */
export interface Pooled {
  readonly instances: readonly AutoScalingInstance[];
  /** By group, those whose pool could not be read: what is wrong there waits for the next sweep. */
  readonly failures: Failures;
}

/** One call for each group that has a warm pool, and for every further 50 instances in it; none for the others. */
export async function listPooled(
  runtime: Runtime,
  groups: readonly AutoScalingGroup[],
  allowance: Allowance,
): Promise<Pooled> {
  const instances: AutoScalingInstance[] = [];
  const failures = await eachOf(
    groups.filter(({ hasWarmPool }) => hasWarmPool),
    ({ name }) => `warm pool of ${name}`,
    allowance,
    async ({ name }) => instances.push(...(await listWarmPool(runtime.autoScaling, name))),
  );
  return { instances, failures };
}
