import type { Random } from '../../simulator/kernel/random.ts';
import { NON_BLOCKING } from './fleet-plan.ts';
import { pickGroup, pickInstance, pickOne, type Scene } from './scene.ts';

const MINUTE_MS = 60_000;

/** Somebody or something pushes at the fleet. Returns at what; a push that finds nothing to push at does nothing. */
export type Push = (scene: Scene) => string | undefined;

/** A push that a plan has decided on. What it pushes at is drawn from its own seed when its time has come. */
export interface PlannedPush {
  /** Since the fleet came up. */
  readonly atMs: number;
  /** One of `PUSHES`. */
  readonly push: string;
  readonly seed: number;
}

/** Pushes at drawn instants, as many as the time has room for. */
export function drawPushes(
  random: Random,
  { troubleMinutes, meanPauseMinutes }: { readonly troubleMinutes: number; readonly meanPauseMinutes: number },
): PlannedPush[] {
  const pauseMs = () => Math.ceil(-Math.log(1 - random.unit()) * meanPauseMinutes * MINUTE_MS);
  const names = Object.keys(PUSHES).flatMap((name) => Array<string>(WEIGHTS[name] ?? 1).fill(name));
  const pushes: PlannedPush[] = [];
  for (let atMs = pauseMs(); atMs < troubleMinutes * MINUTE_MS; atMs += pauseMs()) {
    pushes.push({ atMs, push: random.pick(names), seed: random.uint32() });
  }
  return pushes;
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
  const task = pickOne(scene, tasks, ({ arn }) => arn);
  if (task !== undefined) scene.world.protectTask(task.arn, { minutes: scene.random.integer(5, 60) });
  return task?.arn;
};

const resizeService: Push = (scene) => {
  const services = scene.plan.clusters.flatMap((cluster) =>
    cluster.services.filter((one) => one.schedulingStrategy !== 'DAEMON'),
  );
  const service = pickOne(scene, services, ({ cluster, name }) => `${cluster}/${name}`);
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

/** How often each is drawn, where not once. */
const WEIGHTS: Readonly<Record<string, number>> = { 'scale a group': 3 };

export const PUSHES: Readonly<Record<string, Push>> = {
  'scale a group': scale,
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
  'recycle execution environments': ({ simulator }) => {
    simulator.lambda.recycle();
    return 'all that are idle';
  },
};
