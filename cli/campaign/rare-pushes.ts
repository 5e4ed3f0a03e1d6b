import type { Random } from '../../simulator/kernel/random.ts';
import type { FaultMix } from './fault-mix.ts';
import { heartbeatTimeouts, TERMINATE_HOOK } from './fleet-plan.ts';
import { repeatOldNews, useAgain } from './old-news.ts';
import { atInstance, MINUTE_MS, type Push, type Pushes } from './push.ts';
import type { PlannedPush } from './pushes.ts';
import { pickInstance, pickOne, runningInstances, type Scene } from './scene.ts';
import type { Settings } from './settings.ts';
import { TAG_PUSHES } from './stack-pushes.ts';
import { inForce } from './terms.ts';

const LOOK_AGAIN_MS = MINUTE_MS / 2;

/**
 * What a push needs is not there at every moment: looks for it again and again, for so many minutes.
 *
 * @param attempt says whether it was there, and done
 */
function asSoonAs(scene: Scene, minutes: number, attempt: () => boolean): void {
  if (attempt() || minutes <= 0) return;
  scene.after(LOOK_AGAIN_MS, () => asSoonAs(scene, minutes - LOOK_AGAIN_MS / MINUTE_MS, attempt));
}

/** Those without which Ebbtide sees nothing, can do nothing, knows nothing, or can tell nobody. */
const SERVICES = ['ecs', 'autoscaling', 'ec2', 'dynamodb', 'sns'] as const;

/** How they fail, for longer than a function tries: they answer with errors alone, or not in time for anybody. */
const WAYS = [
  { kind: 'server-error', delayMs: 0 },
  { kind: 'slow', delayMs: 15 * MINUTE_MS },
] as const;

const loseService: Push = ({ simulator, plan, random }) => {
  // A hook that ends sooner than an outage cannot be kept alive in it.
  const hooks = plan.clusters.flatMap(({ groups }) => groups.flatMap(({ lifecycleHooks = [] }) => lifecycleHooks));
  const shortestMs = Math.min(...hooks.map(({ heartbeatTimeoutSeconds = 3_600 }) => heartbeatTimeoutSeconds * 1_000));
  const shortly = random.integer(20, 150) * 1_000;
  const service = random.pick(SERVICES);
  // Without its table a sweep keeps all hooks alive that outlast a few of them.
  const isLong = service === 'dynamodb' && shortestMs >= 5 * MINUTE_MS && random.chance(0.5);
  const forMs = isLong ? random.integer(3, 10) * MINUTE_MS : shortly;
  if (!isLong && 2 * forMs > shortestMs) return undefined;
  const way = random.pick(WAYS);
  simulator.faults.ofCalls.inject({ ...way, service, caller: 'functions', rate: 1, forMs });
  return `${service}, ${way.kind}, for ${Math.round(forMs / 1_000)} s`;
};

/** As many agents of a cluster lose ECS as make an outage and not one more, for a little longer than on-call is to wait. */
const loseJustEnough: Push = (scene) => {
  asSoonAs(scene, 4, () => {
    const candidates = scene.plan.clusters.flatMap(({ name }) => {
      const lost = justEnough(scene, name);
      return lost.length === 0 ? [] : [{ name, lost }];
    });
    const chosen = pickOne(scene, candidates, ({ name }) => name);
    if (chosen === undefined) return false;
    const { policy } = inForce(scene.plan, chosen.name)[0] ?? {};
    const alertMinutes = Number(policy?.disconnectedAlertMinutes) || 10;
    const forMs = (alertMinutes + scene.random.integer(3, 10)) * MINUTE_MS;
    for (const id of chosen.lost) scene.world.disconnectAgent(id, { forMs, cause: 'unreachable' });
    return true;
  });
  return 'of the first cluster in which no other is away';
};

/** Those to lose; none where the share of the cluster asks for more than the number does. */
function justEnough({ plan, views }: Scene, cluster: string): string[] {
  const [inForceHere] = inForce(plan, cluster);
  if (inForceHere === undefined) return [];
  const { outageCountMin: countMin, outageSharePercent } = inForceHere.policy;
  const running = runningInstances({ views });
  const inService = new Set(
    views.groupInstances().flatMap((one) => (one.lifecycleState === 'InService' ? [one.ec2InstanceId] : [])),
  );
  const listed = views.containerInstances().filter((one) => one.cluster === cluster && one.status !== 'INACTIVE');
  const away = listed.filter(({ agentConnected }) => !agentConnected).length;
  const ids = listed.flatMap(({ ec2InstanceId: id, agentConnected, status }) =>
    agentConnected && status === 'ACTIVE' && running.has(id) && inService.has(id) ? [id] : [],
  );
  const isEnough = countMin * 100 >= outageSharePercent * listed.length;
  return isEnough && away === 0 && ids.length >= countMin ? ids.slice(0, countMin) : [];
}

/** An agent is back for some seconds that no look may see, and then stays away: that is another absence. */
const blink = atInstance(({ world, views, random, after }, id) => {
  const first = { forMs: random.integer(70, 150) * 1_000, cause: 'unreachable' } as const;
  const last = { forMs: random.integer(6, 30) * MINUTE_MS, cause: 'unreachable' } as const;
  world.disconnectAgent(id, first);
  after(first.forMs + random.integer(5, 25) * 1_000, () => {
    if (runningInstances({ views }).has(id)) world.disconnectAgent(id, last);
  });
});

/** Somebody keeps an instance stopped for a while, and its group from replacing it: its silence is as it ought to be. */
const keepStopped: Push = (scene) => {
  const id = pickInstance(scene);
  const group = scene.views.groupInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.group;
  if (id === undefined || group === undefined) return undefined;
  scene.world.suspendProcesses(group, ['ReplaceUnhealthy']);
  scene.world.stopInstance(id);
  scene.after(scene.random.integer(10, 40) * MINUTE_MS, () => {
    const isStopped = scene.views.ec2Instances().some((one) => one.ec2InstanceId === id && one.state === 'stopped');
    if (isStopped) scene.world.startInstance(id);
    scene.world.resumeProcesses(group, ['ReplaceUnhealthy']);
  });
  return id;
};

/** An operator, or another tool, sets ACTIVE what a hook holds: as soon as there is such an instance. */
const setActive: Push = (scene) => {
  asSoonAs(scene, 10, () => {
    const held = new Set(
      scene.views
        .groupInstances()
        .flatMap((one) => (one.lifecycleState === 'Terminating:Wait' ? [one.ec2InstanceId] : [])),
    );
    const draining = scene.views
      .containerInstances()
      .find((one) => one.status === 'DRAINING' && one.agentConnected && held.has(one.ec2InstanceId));
    if (draining === undefined) return false;
    const { cluster, arn } = draining;
    const input = { cluster, containerInstances: [arn], status: 'ACTIVE' };
    void scene.simulator.call('ecs', 'UpdateContainerInstancesState', input);
    return true;
  });
  return 'the first that drains';
};

/**
 * An instance of a group goes; then somebody gives its hook another timeout, and another instance goes, while whatever is
 * remembered of the hook may be of before. Not while it holds one: which timeout counts for that AWS does not say, and
 * nobody can ask.
 */
const changeTimeout: Push = (scene) => {
  const { plan, random, simulator, after, views, world } = scene;
  const groups = plan.clusters.flatMap((cluster) => cluster.groups);
  const group = pickOne(scene, groups, ({ name }) => name);
  const hook = group?.lifecycleHooks?.find(({ name }) => name === TERMINATE_HOOK);
  if (group === undefined || hook === undefined) return undefined;
  const members = () => views.groupInstances().filter((one) => one.group === group.name);
  const loseOne = (options: { readonly busyForMs?: number } = {}) => {
    const id = members().find(({ lifecycleState }) => lifecycleState === 'InService')?.ec2InstanceId;
    if (id === undefined) return;
    const { cluster } = views.containerInstances().find((one) => one.ec2InstanceId === id && one.agentConnected) ?? {};
    const job = { family: 'job', cpu: 64, memory: 64, runsForMs: options.busyForMs };
    if (cluster !== undefined && options.busyForMs !== undefined) world.runTask({ cluster, on: id, ...job });
    world.terminateInstanceInGroup(id, 'replace');
  };
  // No shorter than what is kept alive through an outage of a service, where there is one.
  const shortestSeconds = plan.pushes.some(({ push }) => push === LOSE_A_SERVICE) ? 300 : 0;
  const others = heartbeatTimeouts(plan.faults.rates).filter(
    (seconds) => seconds >= shortestSeconds && seconds !== hook.heartbeatTimeoutSeconds,
  );
  if (others.length === 0) return undefined;
  const shorter = others.filter((seconds) => seconds < (hook.heartbeatTimeoutSeconds ?? 3_600));
  const HeartbeatTimeout = random.pick(shorter.length > 0 ? shorter : others);
  const names = { AutoScalingGroupName: group.name, LifecycleHookName: hook.name };
  const goesAfterMs = random.integer(70, 240) * 1_000;
  const busyForMs = HeartbeatTimeout * 1_000 + random.integer(1, 5) * MINUTE_MS;
  loseOne();
  after(MINUTE_MS, () =>
    asSoonAs(scene, 15, () => {
      if (members().some(({ lifecycleState }) => /^Terminating|:Wait$/.test(lifecycleState))) return false;
      void simulator.call('autoscaling', 'PutLifecycleHook', { ...names, HeartbeatTimeout });
      after(goesAfterMs, () => loseOne({ busyForMs }));
      return true;
    }),
  );
  return `${hook.name} of ${group.name} from ${hook.heartbeatTimeoutSeconds} to ${HeartbeatTimeout} s`;
};

/** AWS announces that it takes an instance, and thinks better of it: soon, or when everything is prepared. */
const scheduleAndThinkBetter = atInstance((scene, id) => {
  const { world, views, random, after } = scene;
  const inMs = random.integer(20, 60) * MINUTE_MS;
  const fate = random.pick(['put off', 'call off', 'put off, then call off'] as const);
  const thinksAtMs = random.integer(1, 8) * MINUTE_MS;
  const isThere = () => runningInstances({ views }).has(id);
  world.scheduleRetirement(id, { inMs });
  after(thinksAtMs, () => {
    if (!isThere()) return;
    if (fate === 'call off') world.callOffRetirement(id);
    else world.putOffRetirement(id, { byMs: random.integer(10, 60) * MINUTE_MS });
  });
  if (fate !== 'put off, then call off') return;
  after(thinksAtMs + random.integer(1, 5) * MINUTE_MS, () => {
    if (isThere()) world.callOffRetirement(id);
  });
});

const THINK_BETTER = 'announce a retirement and think better of it';
const CHANGE_TIMEOUT = 'change the timeout of a hook';
const SET_ACTIVE = 'set what drains ACTIVE';
const KEEP_STOPPED = 'keep an instance stopped';
const BLINK = 'let an agent come back for a moment';
const REPEAT_OLD_NEWS = 'tell again of an absence that is over';
const CUT_OFF_FOR_GOOD = 'cut off an agent for good';
const USE_AGAIN = 'use a warm pool again';
const LOSE_A_SERVICE = 'lose a service of AWS';
const LOSE_JUST_ENOUGH = 'lose as many agents as make an outage';

/** What most worlds do without: drawn apart, at most once in a world. */
export const RARE_PUSHES: Pushes = {
  [LOSE_A_SERVICE]: loseService,
  [LOSE_JUST_ENOUGH]: loseJustEnough,
  [USE_AGAIN]: useAgain,
  [SET_ACTIVE]: setActive,
  [CHANGE_TIMEOUT]: changeTimeout,
  [THINK_BETTER]: scheduleAndThinkBetter,
  ...TAG_PUSHES,
  [BLINK]: blink,
  [KEEP_STOPPED]: keepStopped,
  [REPEAT_OLD_NEWS]: repeatOldNews,
  [CUT_OFF_FOR_GOOD]: atInstance(({ world }, id) => world.disconnectAgent(id, { cause: 'unreachable' })),
};

export function drawRarePushes(
  random: Random,
  {
    troubleMinutes,
    rates,
    settings,
  }: { readonly troubleMinutes: number; readonly rates: FaultMix; readonly settings: Settings },
): PlannedPush[] {
  const draw = (push: string, { share, untilMinutes }: { readonly share: number; readonly untilMinutes: number }) => {
    const own = random.fork(push);
    if (!own.chance(share)) return [];
    return [{ atMs: own.integer(0, Math.floor(untilMinutes * MINUTE_MS) - 1), push, seed: own.uint32() }];
  };
  return [
    // Not where sweeps are lost besides: what an outage hides must be made good by the next.
    ...draw(LOSE_A_SERVICE, { share: rates.sweepLost > 0 ? 0 : 0.25, untilMinutes: troubleMinutes }),
    // Everything heals when trouble ends: what comes late is over before anybody is told.
    ...draw(LOSE_JUST_ENOUGH, { share: 0.4, untilMinutes: troubleMinutes / 4 }),
    ...draw(USE_AGAIN, { share: 0.5, untilMinutes: troubleMinutes / 2 }),
    ...draw(SET_ACTIVE, { share: 0.3, untilMinutes: troubleMinutes / 2 }),
    ...draw(CHANGE_TIMEOUT, { share: 0.3, untilMinutes: troubleMinutes / 2 }),
    ...draw(THINK_BETTER, { share: 0.25, untilMinutes: troubleMinutes / 2 }),
    ...Object.keys(TAG_PUSHES).flatMap((push) => draw(push, { share: 0.3, untilMinutes: troubleMinutes })),
    ...draw(KEEP_STOPPED, { share: 0.2, untilMinutes: troubleMinutes / 2 }),
    ...draw(BLINK, { share: 0.4, untilMinutes: troubleMinutes / 2 }),
    // Early, for it takes about twice as long as on-call is to wait.
    ...draw(REPEAT_OLD_NEWS, { share: 0.4, untilMinutes: troubleMinutes / 4 }),
    // Early, so that the last step of the ladder comes, where there is one.
    ...draw(CUT_OFF_FOR_GOOD, {
      share: settings.disconnectedDeregisterMinutes === 'off' ? 0.1 : 0.7,
      untilMinutes: troubleMinutes / 4,
    }),
  ];
}
