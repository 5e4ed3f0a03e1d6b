import type { Simulator } from '../simulator.ts';
import type { ClusterDocument, FleetDocument } from './schema.ts';

const STEP_MS = 10_000;
/** A fleet whose launch hook nobody completes never settles. */
const PATIENCE_MS = 30 * 60_000;

/** Lets time go on, and brings things into the world meanwhile: a driver, where the world is served already. */
export interface WorldTime {
  enter<T>(work: () => T): Promise<T>;
  advance(durationMs: number): Promise<void>;
}

export interface ApplyOptions {
  /** Default: time has no other driver. */
  readonly time?: WorldTime;
  /** Called once the groups are there, before any time passes: what reacts to the fleet can be deployed. */
  readonly onGroups?: () => void | Promise<void>;
}

/**
 * Builds the fleet and lets time go on until its agents are connected and its tasks run, so that whoever connects finds
 * a fleet at work.
 *
 * @returns what has not come up within half an hour of virtual time, in words
 * @throws when a standalone task has no room, or a name is taken
 */
export async function applyFleet(
  simulator: Simulator,
  { clusters }: FleetDocument,
  { time = timeOf(simulator), onGroups }: ApplyOptions = {},
): Promise<string[]> {
  for (const cluster of clusters) addClusterWithGroups(simulator, cluster);
  await onGroups?.();
  const until = (isTrue: () => boolean) => runUntilTrue(simulator, time, isTrue);
  await until(() => clusters.every((cluster) => missingInstances(simulator, cluster) === 0));
  await time.enter(() => {
    for (const cluster of clusters) addWork(simulator, cluster);
  });
  await until(() => clusters.every((cluster) => missingTasks(simulator, cluster) === 0));
  return clusters.flatMap((cluster) => {
    const [instances, tasks] = [missingInstances(simulator, cluster), missingTasks(simulator, cluster)];
    return [
      ...(instances > 0 ? [`cluster ${cluster.name}: ${instances} instances are not connected yet`] : []),
      ...(tasks > 0 ? [`cluster ${cluster.name}: ${tasks} tasks do not run yet`] : []),
    ];
  });
}

function timeOf(simulator: Simulator): WorldTime {
  return { enter: async (work) => work(), advance: (durationMs) => simulator.runFor(durationMs) };
}

function addClusterWithGroups({ fleet: { world } }: Simulator, { name, tags, groups }: ClusterDocument): void {
  world.createCluster({ name, tags });
  for (const { maxSize, zones, instanceType, warmPool, capacityProvider, ...group } of groups) {
    world.createAutoScalingGroup({
      ...group,
      cluster: name,
      maxSize: maxSize ?? group.desired,
      ...(zones === undefined ? {} : { zones }),
      ...(instanceType === undefined ? {} : { instanceType }),
      ...(warmPool === undefined ? {} : { warmPool }),
      ...(capacityProvider === undefined ? {} : { capacityProvider }),
    });
  }
}

function addWork({ fleet: { world } }: Simulator, cluster: ClusterDocument): void {
  for (const { exitsAfterSignalSeconds, runsForSeconds, ...settings } of cluster.services) {
    world.createService({
      ...defined(settings),
      ...behaviourOf({ exitsAfterSignalSeconds, runsForSeconds }),
      cluster: cluster.name,
      name: settings.name,
    });
  }
  for (const { family, count, protectedMinutes: minutes, ...settings } of cluster.tasks) {
    const { cpu, memory, stopTimeoutSeconds } = settings;
    const options = { cluster: cluster.name, family, cpu, memory, stopTimeoutSeconds, ...behaviourOf(settings) };
    for (let number = 0; number < count; number++) {
      const arn = world.runTask(options);
      if (minutes !== undefined) world.protectTask(arn, { minutes });
    }
  }
}

function behaviourOf(given: {
  readonly exitsAfterSignalSeconds?: number | undefined;
  readonly runsForSeconds?: number | undefined;
}) {
  const { exitsAfterSignalSeconds: exits, runsForSeconds: runs } = given;
  return {
    ...(exits === undefined ? {} : { exitsAfterSignalMs: exits * 1_000 }),
    ...(runs === undefined ? {} : { runsForMs: runs * 1_000 }),
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without the fields that were left out: the fleet has its own defaults for them. */
function defined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<Defined<T>>;
}

async function runUntilTrue({ kernel: { clock } }: Simulator, time: WorldTime, isTrue: () => boolean): Promise<void> {
  const untilMs = clock.now() + PATIENCE_MS;
  while (!isTrue() && clock.now() < untilMs) await time.advance(STEP_MS);
}

function missingInstances({ fleet: { views } }: Simulator, { name, groups }: ClusterDocument): number {
  const connected = views
    .containerInstances()
    .filter(({ cluster, agentConnected }) => cluster === name && agentConnected);
  return groups.reduce((sum, { desired }) => sum + desired, 0) - connected.length;
}

/** Of the replica services: daemons have as many as there are instances. */
function missingTasks({ fleet: { views } }: Simulator, { name, services }: ClusterDocument): number {
  const replicas = services.filter(({ schedulingStrategy }) => schedulingStrategy === 'REPLICA');
  const names = new Set(replicas.map((service) => service.name));
  const running = views
    .tasks()
    .filter(
      ({ cluster, serviceName = '', lastStatus }) =>
        cluster === name && names.has(serviceName) && lastStatus === 'RUNNING',
    );
  return replicas.reduce((sum, { desiredCount }) => sum + desiredCount, 0) - running.length;
}
