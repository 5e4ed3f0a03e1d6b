import { NON_BLOCKING } from './fleet-plan.ts';
import { atInstance, MINUTE_MS, type Push, type Pushes } from './push.ts';
import { pickOne, type Scene } from './scene.ts';

const runStandalone = (when: { readonly family: string; readonly isSlow?: boolean }): Push =>
  atInstance(({ world, views, random }, id) => {
    const cluster = views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.cluster ?? '';
    const runsForMs = random.chance(0.5) ? random.integer(1, 60) * MINUTE_MS : undefined;
    const ends = when.isSlow
      ? { stopTimeoutSeconds: 600, exitsAfterSignalMs: random.integer(60_000, 600_000) }
      : { exitsAfterSignalMs: 5_000 };
    const options = { cluster, on: id, family: when.family, cpu: 64, memory: 64, ...ends };
    if (when.family === NON_BLOCKING.selfStarted) world.startTask(options);
    else world.runTask({ ...options, runsForMs });
  });

const protect: Push = (scene) => {
  const tasks = scene.views.tasks().filter(({ serviceName, lastStatus }) => serviceName && lastStatus === 'RUNNING');
  const task = pickOne(scene, tasks, ({ arn }) => arn);
  if (task !== undefined) scene.world.protectTask(task.arn, { minutes: scene.random.integer(5, 60) });
  return task?.arn;
};

function pickService(scene: Scene) {
  const services = scene.plan.clusters.flatMap((cluster) =>
    cluster.services.filter((one) => one.schedulingStrategy !== 'DAEMON'),
  );
  return pickOne(scene, services, ({ cluster, name }) => `${cluster}/${name}`);
}

const resizeService: Push = (scene) => {
  const service = pickService(scene);
  if (service === undefined) return undefined;
  const count = scene.random.integer(0, 10);
  scene.world.setDesiredCount(service.cluster, service.name, count);
  return `${service.cluster}/${service.name} to ${count}`;
};

/** More tasks than the cluster has room for: what drains finds no place for its own, until somebody sees the mistake. */
const crowdService: Push = (scene) => {
  const service = pickService(scene);
  if (service === undefined) return undefined;
  const { cluster, name, desiredCount = 1 } = service;
  scene.world.setDesiredCount(cluster, name, 60);
  scene.after(scene.random.integer(5, 30) * MINUTE_MS, () => scene.world.setDesiredCount(cluster, name, desiredCount));
  return `${cluster}/${name}`;
};

/** All tasks of a service are replaced by new ones, within its percentages. */
const deployService: Push = (scene) => {
  const service = pickService(scene);
  if (service === undefined) return undefined;
  const { cluster, name } = service;
  void scene.simulator.call('ecs', 'UpdateService', { cluster, service: name, forceNewDeployment: true });
  return `${cluster}/${name}`;
};

export const WORKLOAD_PUSHES: Pushes = {
  'run a standalone task': runStandalone({ family: 'job' }),
  'run a task that is slow to stop': runStandalone({ family: 'job', isSlow: true }),
  'run a task nobody waits for': runStandalone({ family: NON_BLOCKING.named }),
  'let an instance start its own task': runStandalone({ family: NON_BLOCKING.selfStarted }),
  'protect a task': protect,
  'resize a service': resizeService,
  'crowd a service': crowdService,
  'deploy a service': deployService,
};
