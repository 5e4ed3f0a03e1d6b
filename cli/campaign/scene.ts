import { Random } from '../../simulator/kernel/random.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Plan } from './plan.ts';

/** What a push works with. */
export interface Scene {
  readonly simulator: Simulator;
  readonly world: Simulator['fleet']['world'];
  readonly views: Simulator['fleet']['views'];
  /** Of this push alone. */
  readonly random: Random;
  readonly plan: Plan;
  after(delayMs: number, run: () => void): void;
}

export function createScene(simulator: Simulator, plan: Plan, random: Random): Scene {
  const { world, views } = simulator.fleet;
  const after = (delayMs: number, run: () => void) => void simulator.kernel.clock.after(delayMs, run);
  return { simulator, world, views, random, plan, after };
}

/**
 * One of some things, by a lot that each thing draws by its own name: whether others are there or not changes the choice
 * only where it falls on them.
 */
export function pickOne<T>(
  { random }: Pick<Scene, 'random'>,
  items: readonly T[],
  nameOf: (item: T) => string,
): T | undefined {
  const lots = `${random.uint32()}`;
  let best: { readonly item: T; readonly lot: number } | undefined;
  for (const item of items) {
    const lot = new Random(lots, nameOf(item)).uint32();
    if (best === undefined || lot > best.lot) best = { item, lot };
  }
  return best?.item;
}

export function pickGroup(scene: Scene) {
  const groups = scene.plan.clusters.flatMap((cluster) => cluster.groups);
  return pickOne(scene, groups, ({ name }) => name);
}

/** ECS takes minutes to see that the agent of a host that has ended is gone: only EC2 knows which still run. */
export function runningInstances({ views }: Pick<Scene, 'views'>): ReadonlySet<string> {
  return new Set(
    views.ec2Instances().flatMap(({ ec2InstanceId, state }) => (state === 'running' ? [ec2InstanceId] : [])),
  );
}

/** An instance in service, with a connected agent, whose EC2 instance runs. */
export function pickInstance(scene: Scene, isSpot?: 'spot'): string | undefined {
  const running = runningInstances(scene);
  const registered = new Set(
    scene.views
      .containerInstances()
      .flatMap(({ ec2InstanceId, agentConnected }) => (agentConnected ? [ec2InstanceId] : [])),
  );
  const groups = new Map(scene.plan.clusters.flatMap((cluster) => cluster.groups.map((one) => [one.name, one])));
  const ids = scene.views
    .groupInstances()
    .filter(({ lifecycleState, group }) => lifecycleState === 'InService' && (!isSpot || groups.get(group)?.spot))
    .map(({ ec2InstanceId }) => ec2InstanceId)
    .filter((id) => running.has(id) && registered.has(id));
  return pickOne(scene, ids, (id) => id);
}
