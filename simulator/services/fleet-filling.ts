import { place, spreadOf } from './ecs/placement.ts';
import { updateService } from './ecs/services.ts';
import type { Cluster, ContainerInstance, Resources } from './ecs/state.ts';
import { registerTaskDefinition } from './ecs/task-definitions.ts';
import { startTask } from './ecs/tasks.ts';
import { NotInFleet, NotPossible } from './fleet-errors.ts';
import { clusterNamed, type FleetWorlds } from './fleet-worlds.ts';

export interface FillOptions {
  readonly cluster: string;
  /** How much of the cluster's CPU or memory, whichever is fuller, is to be taken: 1 to 100. */
  readonly percent: number;
  /** Scales this service; left out: runs standalone tasks. */
  readonly service?: string | undefined;
  /** Of each standalone task. */
  readonly cpu: number;
  readonly memory: number;
}

/** Shares are of the ACTIVE instances whose agent is connected, which are those that can take tasks. */
export interface Filling {
  /** Standalone tasks that were started, or what was added to the service's desired count. */
  readonly tasks: number;
  /** What is taken with them. */
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  /** No instance has room for another such task. */
  readonly isFull: boolean;
}

export interface FillHandle {
  fillCluster(options: FillOptions): Filling;
}

const FILLER_FAMILY = 'filler';

export function createFilling(worlds: FleetWorlds): FillHandle {
  return {
    fillCluster: (options) =>
      options.service === undefined
        ? fillWithTasks(worlds, options)
        : fillWithService(worlds, options, options.service),
  };
}

function fillWithTasks(worlds: FleetWorlds, { cluster: name, percent, cpu, memory }: FillOptions): Filling {
  const cluster = clusterNamed(worlds, name);
  const filling = planFilling(cluster, { cpu, memory }, percent);
  if (filling.tasks === 0) return filling;
  const definition = registerTaskDefinition(worlds.ecs, {
    family: FILLER_FAMILY,
    cpu,
    memory,
    stopTimeoutSeconds: undefined,
    behaviour: {},
  });
  const spread = spreadOf([]);
  for (let started = 0; started < filling.tasks; started++) {
    const attempt = place(cluster, definition, spread);
    if (!attempt.placed) break;
    startTask(worlds.ecs, {
      instance: attempt.instance,
      definition,
      group: `family:${FILLER_FAMILY}`,
      startedBy: undefined,
    });
  }
  return filling;
}

/** The service places its tasks itself, a moment later. */
function fillWithService(worlds: FleetWorlds, { cluster: name, percent }: FillOptions, serviceName: string): Filling {
  const cluster = clusterNamed(worlds, name);
  const service = cluster.services.get(serviceName);
  if (service === undefined) throw new NotInFleet(`service in ${name} called`, serviceName);
  if (service.settings.schedulingStrategy === 'DAEMON') {
    throw new NotPossible(`${serviceName} is a daemon service, which has one task on each instance`);
  }
  const filling = planFilling(cluster, service.definition, percent);
  updateService(worlds.ecs, service, { settings: { desiredCount: service.settings.desiredCount + filling.tasks } });
  return filling;
}

/** How many tasks of one size it takes. */
function planFilling(cluster: Cluster, need: Resources, percent: number): Filling {
  const instances = [...cluster.placeable.values()].flatMap((zone) =>
    zone.instances.filter((one) => one.agentConnected),
  );
  const room = instances.reduce((sum, instance) => sum + roomFor(instance, need), 0);
  const total = sumOf(instances, ({ registered }) => registered);
  const free = sumOf(instances, ({ remaining }) => remaining);
  const wanted = Math.min(
    ...(['cpu', 'memory'] as const).map((of) => {
      const missing = (total[of] * percent) / 100 - (total[of] - free[of]);
      if (missing <= 0) return total[of] > 0 ? 0 : Number.POSITIVE_INFINITY;
      return need[of] > 0 ? Math.ceil(missing / need[of]) : Number.POSITIVE_INFINITY;
    }),
  );
  const tasks = Math.min(room, wanted);
  const share = (of: keyof Resources) =>
    total[of] === 0 ? 0 : Math.round(((total[of] - free[of] + tasks * need[of]) / total[of]) * 1_000) / 10;
  return { tasks, cpuPercent: share('cpu'), memoryPercent: share('memory'), isFull: tasks === room };
}

function roomFor({ remaining }: ContainerInstance, need: Resources): number {
  const rooms = (['cpu', 'memory'] as const)
    .filter((of) => need[of] > 0)
    .map((of) => Math.floor(remaining[of] / need[of]));
  return Math.min(...rooms);
}

function sumOf(
  instances: readonly ContainerInstance[],
  resourcesOf: (instance: ContainerInstance) => Resources,
): Resources {
  const sum = { cpu: 0, memory: 0 };
  for (const instance of instances) {
    const { cpu, memory } = resourcesOf(instance);
    sum.cpu += cpu;
    sum.memory += memory;
  }
  return sum;
}
