import type { Random } from '../../simulator/kernel/random.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { NON_BLOCKING } from './fleet-plan.ts';
import type { Plan } from './plan.ts';

const MINUTE_MS = 60_000;

/** Somebody or something pushes at the fleet; a push that finds nothing to push at does nothing. */
type Push = (scene: Scene) => string | undefined;

interface Scene {
  readonly world: Simulator['fleet']['world'];
  readonly views: Simulator['fleet']['views'];
  readonly random: Random;
  readonly plan: Plan;
  after(delayMs: number, run: () => void): void;
}

/** Lets things happen to the fleet, at drawn instants. */
export async function makeTrouble(simulator: Simulator, plan: Plan, random: Random): Promise<void> {
  const { clock, trace } = simulator.kernel;
  const { world, views } = simulator.fleet;
  const endMs = clock.now() + plan.troubleMinutes * MINUTE_MS;
  const scene: Scene = { world, views, random, plan, after: (delayMs, run) => void clock.after(delayMs, run) };
  for (;;) {
    const pauseMs = -Math.log(1 - random.unit()) * plan.meanPauseMinutes * MINUTE_MS;
    await simulator.runUntil(Math.min(endMs, clock.now() + Math.ceil(pauseMs)));
    if (clock.now() >= endMs) return;
    const [name, push] = random.pick(Object.entries(PUSHES));
    const target = push(scene);
    if (target !== undefined) trace.add('note', { text: `${name}: ${target}` });
    if (random.chance(0.05)) simulator.lambda.recycle();
  }
}

function pickOne<T>({ random }: Scene, items: readonly T[]): T | undefined {
  return items.length === 0 ? undefined : random.pick(items);
}

function pickGroup(scene: Scene) {
  return pickOne(
    scene,
    scene.plan.clusters.flatMap(({ groups }) => groups),
  );
}

/** An instance in service, with a connected agent, whose EC2 instance runs. */
function pickInstance(scene: Scene, isSpot?: 'spot'): string | undefined {
  const running = new Set(
    scene.views.ec2Instances().flatMap(({ ec2InstanceId, state }) => (state === 'running' ? [ec2InstanceId] : [])),
  );
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
  return pickOne(scene, ids);
}

/** Pushes at an instance in service, if there is one. */
function atInstance(push: (scene: Scene, id: string) => void, isSpot?: 'spot'): Push {
  return (scene) => {
    const id = pickInstance(scene, isSpot);
    if (id !== undefined) push(scene, id);
    return id;
  };
}

const scale: Push = (scene) => {
  const group = pickGroup(scene);
  if (group === undefined) return undefined;
  const desired = scene.random.integer(0, 7);
  scene.world.setDesiredCapacity(group.name, desired);
  return `${group.name} to ${desired}`;
};

const runStandalone = (when: { readonly family: string }): Push =>
  atInstance(({ world, views, random }, id) => {
    const cluster = views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.cluster ?? '';
    const runsForMs = random.chance(0.5) ? random.integer(1, 60) * MINUTE_MS : undefined;
    const options = { cluster, on: id, family: when.family, cpu: 64, memory: 64, exitsAfterSignalMs: 5_000 };
    if (when.family === NON_BLOCKING.selfStarted) world.startTask(options);
    else world.runTask({ ...options, runsForMs });
  });

const protect: Push = (scene) => {
  const tasks = scene.views.tasks().filter(({ serviceName, lastStatus }) => serviceName && lastStatus === 'RUNNING');
  const task = pickOne(scene, tasks);
  if (task !== undefined) scene.world.protectTask(task.arn, { minutes: scene.random.integer(5, 60) });
  return task?.arn;
};

const resizeService: Push = (scene) => {
  const service = pickOne(
    scene,
    scene.plan.clusters.flatMap(({ services }) => services.filter((one) => one.schedulingStrategy !== 'DAEMON')),
  );
  if (service === undefined) return undefined;
  const count = scene.random.integer(0, 10);
  scene.world.setDesiredCount(service.cluster, service.name, count);
  return `${service.cluster}/${service.name} to ${count}`;
};

const loseZone: Push = ({ world, random, after }) => {
  const zone = random.pick(['eu-central-1a', 'eu-central-1b', 'eu-central-1c']);
  world.loseZone(zone);
  after(random.integer(1, 30) * MINUTE_MS, () => world.restoreZone(zone));
  return zone;
};

const breakAgents: Push = (scene) => {
  const group = pickGroup(scene);
  if (group === undefined) return undefined;
  scene.world.breakNewAgents(group.name);
  scene.after(scene.random.integer(3, 20) * MINUTE_MS, () => scene.world.repairNewAgents(group.name));
  return group.name;
};

const PUSHES: Readonly<Record<string, Push>> = {
  'scale a group': scale,
  'scale a group again': scale,
  'scale a group once more': scale,
  'terminate through the group': atInstance(({ world, random }, id) =>
    world.terminateInstanceInGroup(id, random.pick(['shrink', 'replace'])),
  ),
  'terminate behind the group': atInstance(({ world }, id) => world.terminateInstance(id)),
  'stop an instance': atInstance(({ world }, id) => world.stopInstance(id)),
  'mark unhealthy': atInstance(({ world }, id) => world.markUnhealthy(id)),
  'cut off an agent': atInstance(({ world, random }, id) =>
    world.disconnectAgent(id, {
      forMs: random.integer(10, 2_400) * 1_000,
      cause: random.pick(['hung', 'unreachable']),
    }),
  ),
  'flap an agent': atInstance(({ world, random }, id) =>
    world.flapAgent(id, { times: random.integer(2, 5), downMs: 40_000, upMs: random.integer(10, 200) * 1_000 }),
  ),
  'restart an agent': atInstance(({ world }, id) => world.restartAgent(id)),
  'register again': atInstance(({ world }, id) => world.reRegisterAgent(id)),
  'interrupt Spot': atInstance(
    ({ world, random }, id) =>
      world.interruptSpot(id, {
        action: random.pick(['terminate', 'terminate', 'stop']),
        comesTrue: random.chance(0.8),
      }),
    'spot',
  ),
  'recommend a rebalance': atInstance(({ world }, id) => world.rebalanceRecommendation(id), 'spot'),
  'schedule a retirement': atInstance(({ world, random }, id) =>
    world.scheduleRetirement(id, { inMs: random.integer(10, 60) * MINUTE_MS }),
  ),
  'replace a root volume': atInstance(({ world }, id) => world.replaceRootVolume(id)),
  'run a standalone task': runStandalone({ family: 'job' }),
  'run a task nobody waits for': runStandalone({ family: NON_BLOCKING.named }),
  'let an instance start its own task': runStandalone({ family: NON_BLOCKING.selfStarted }),
  'protect a task': protect,
  'resize a service': resizeService,
  'lose a zone': loseZone,
  'break new agents': breakAgents,
};
