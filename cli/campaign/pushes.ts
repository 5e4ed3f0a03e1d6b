import type { AutoScalingGroupsType, DescribeInstanceRefreshesAnswer } from '@aws-sdk/client-auto-scaling';
import type { Random } from '../../simulator/kernel/random.ts';
import { atInstance, MINUTE_MS, type Push, type Pushes } from './push.ts';
import { RARE_PUSHES } from './rare-pushes.ts';
import { pickGroup, pickOne, runningInstances, type Scene } from './scene.ts';
import { STACK_PUSHES } from './stack-pushes.ts';
import { WORKLOAD_PUSHES } from './workload-pushes.ts';

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
  const names = Object.keys(DRAWN_PUSHES).flatMap((name) => Array<string>(WEIGHTS[name] ?? 1).fill(name));
  const pushes: PlannedPush[] = [];
  for (let atMs = pauseMs(); atMs < troubleMinutes * MINUTE_MS; atMs += pauseMs()) {
    pushes.push({ atMs, push: random.pick(names), seed: random.uint32() });
  }
  return pushes;
}

const scale: Push = (scene) => {
  const group = pickGroup(scene);
  if (group === undefined) return undefined;
  const desired = scene.random.integer(0, 7);
  scene.world.setDesiredCapacity(group.name, desired);
  return `${group.name} to ${desired}`;
};

/** Auto Scaling refuses to go below the group's smallest size. */
const terminateThroughGroup = atInstance(async ({ simulator, world, views, random }, id) => {
  const group = views.groupInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.group;
  const { AutoScalingGroups: [found] = [] } = (await simulator.call('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: [group],
  })) as Partial<AutoScalingGroupsType>;
  const mayShrink = (found?.DesiredCapacity ?? 0) > (found?.MinSize ?? 0);
  const then = random.pick(['shrink', 'replace'] as const);
  world.terminateInstanceInGroup(id, mayShrink ? then : 'replace');
});

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

/**
 * All agents of a cluster lose ECS at once: a broken route, a wrong policy. Or about as many as make an outage: one too few,
 * just enough, or one more.
 */
const loseCluster: Push = (scene) => {
  const cluster = pickOne(scene, scene.plan.clusters, ({ name }) => name)?.name;
  const forMs = scene.random.integer(2, 40) * MINUTE_MS;
  const running = runningInstances(scene);
  const ids = scene.views
    .containerInstances()
    .filter((one) => one.cluster === cluster && one.agentConnected)
    .map(({ ec2InstanceId }) => ec2InstanceId)
    .filter((id) => running.has(id) || id.startsWith('mi-'));
  const { outageCountMin = 0, outageSharePercent = 0 } = scene.plan.settings;
  const justEnough = Math.max(Number(outageCountMin), Math.ceil((Number(outageSharePercent) * ids.length) / 100));
  const countMax = scene.random.chance(0.3) ? ids.length : justEnough + scene.random.pick([-1, 0, 0, 1]);
  const lost = [...new Set(ids)].slice(0, countMax);
  for (const id of lost) scene.world.disconnectAgent(id, { forMs, cause: 'unreachable' });
  return lost.length === 0 ? undefined : `${cluster}, ${lost.length} agents`;
};

/** The instances of a group one after the other, each replaced, or its root volume: an instance refresh, where it has no warm pool. */
const refresh: Push = async (scene) => {
  const group = pickGroup(scene);
  if (group === undefined) return undefined;
  if (group.warmPool !== undefined) return refreshByHand(scene, group.name);
  const { random, simulator } = scene;
  const AutoScalingGroupName = group.name;
  const { InstanceRefreshes } = (await simulator.call('autoscaling', 'DescribeInstanceRefreshes', {
    AutoScalingGroupName,
  })) as DescribeInstanceRefreshesAnswer;
  // There is one at a time.
  if (InstanceRefreshes?.some(({ EndTime }) => EndTime === undefined)) return undefined;
  const Strategy = random.pick(['Rolling', 'Rolling', 'ReplaceRootVolume']);
  const MinHealthyPercentage = random.pick([0, 50, 90]);
  const ScaleInProtectedInstances = random.pick(['Refresh', 'Ignore']);
  const Preferences = { MinHealthyPercentage, InstanceWarmup: random.pick([0, 30, 60]), ScaleInProtectedInstances };
  await simulator.call('autoscaling', 'StartInstanceRefresh', { AutoScalingGroupName, Strategy, Preferences });
  return `${group.name}, ${Strategy}, ${MinHealthyPercentage} % healthy`;
};

function refreshByHand(scene: Scene, group: string): string | undefined {
  const old = scene.views.groupInstances().filter((one) => one.group === group && one.lifecycleState === 'InService');
  for (const [index, { ec2InstanceId }] of old.entries()) {
    scene.after(index * scene.random.integer(2, 5) * MINUTE_MS, () => {
      const now = scene.views.groupInstances().find((one) => one.ec2InstanceId === ec2InstanceId);
      if (now?.lifecycleState === 'InService') scene.world.terminateInstanceInGroup(ec2InstanceId, 'replace');
    });
  }
  return old.length === 0 ? undefined : `${group}, ${old.length} instances`;
}

/** Some stay away in the end: what late events tell of the earlier absences is no news about the last one. */
const flap = atInstance(({ world, views, random, after }, id) => {
  const times = random.integer(2, 5);
  const downMs = 40_000;
  const upMs = random.integer(10, 200) * 1_000;
  world.flapAgent(id, { times, downMs, upMs });
  if (random.chance(0.5)) return;
  const forMs = random.integer(6, 30) * MINUTE_MS;
  after(times * (downMs + upMs), () => {
    if (runningInstances({ views }).has(id)) world.disconnectAgent(id, { forMs, cause: 'unreachable' });
  });
});

/** Its containers end; the registration stays what it was. */
const reboot = atInstance(({ simulator }, id) => simulator.call('ec2', 'RebootInstances', { InstanceIds: [id] }));

/** The agent's configuration names another cluster, where it registers too. */
const moveAgent = atInstance((scene, id) => {
  const here = scene.views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.cluster;
  const elsewhere = scene.plan.clusters.map(({ name }) => name).filter((name) => name !== here);
  const cluster = pickOne(scene, elsewhere, (name) => name);
  if (cluster !== undefined) scene.world.moveAgent(id, cluster);
});

/** An operator stops it, changes its type and starts it again, if its group lets them. */
const changeType = atInstance(({ world, views, random, after }, id) => {
  world.stopInstance(id);
  after(random.integer(2, 4) * MINUTE_MS, () => {
    if (views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.state !== 'stopped') return;
    world.changeInstanceType(id, 'm5.xlarge');
    world.startInstance(id);
  });
});

const cutOffExternal: Push = (scene) => {
  const all = scene.views.containerInstances().filter((one) => /^mi-/.test(one.ec2InstanceId) && one.agentConnected);
  const id = pickOne(scene, all, ({ arn }) => arn)?.ec2InstanceId;
  if (id !== undefined) scene.world.disconnectAgent(id, { forMs: scene.random.integer(2, 60) * MINUTE_MS });
  return id;
};

/** How often each is drawn, where not once. */
const WEIGHTS: Readonly<Record<string, number>> = { 'scale a group': 3 };

/** Those that a world has more of, the longer it is. */
const DRAWN_PUSHES: Pushes = {
  'scale a group': scale,
  'terminate through the group': terminateThroughGroup,
  'terminate behind the group': atInstance(({ world }, id) => world.terminateInstance(id)),
  'stop an instance': atInstance(({ world }, id) => world.stopInstance(id)),
  'mark unhealthy': atInstance(({ world }, id) => world.markUnhealthy(id)),
  'cut off an agent': atInstance(({ world, random }, id) =>
    world.disconnectAgent(id, {
      ...(random.chance(0.3) ? {} : { forMs: random.integer(10, 2_400) * 1_000 }),
      cause: random.pick(['hung', 'unreachable']),
    }),
  ),
  'flap an agent': flap,
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
  'lose a cluster': loseCluster,
  'refresh a group': refresh,
  'reboot an instance': reboot,
  'move an agent to another cluster': moveAgent,
  'change an instance type': changeType,
  'cut off an external agent': cutOffExternal,
  'lose a zone': loseZone,
  'break new agents': breakAgents,
  ...WORKLOAD_PUSHES,
  ...STACK_PUSHES,
};

export const PUSHES: Pushes = { ...DRAWN_PUSHES, ...RARE_PUSHES };
