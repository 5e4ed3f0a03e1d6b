import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { replaceRootVolume } from './root-volume.ts';
import { type AutoScalingGroup, type AutoScalingWorld, type GroupInstance, type LaunchSource, now } from './state.ts';
import { isLeaving, leave } from './terminating.ts';

export interface RefreshPreferences {
  readonly minHealthyPercentage: number;
  /** Undefined: the group's default instance warmup, or its health check grace period. */
  readonly instanceWarmupSeconds: number | undefined;
  readonly skipMatching: boolean;
  readonly scaleInProtectedInstances: 'Refresh' | 'Ignore' | 'Wait';
  readonly standbyInstances: 'Terminate' | 'Ignore' | 'Wait';
  readonly bakeSeconds: number;
}

export interface InstanceRefresh {
  readonly serial: number;
  readonly id: string;
  readonly group: AutoScalingGroup;
  readonly strategy: 'Rolling' | 'ReplaceRootVolume';
  readonly preferences: RefreshPreferences;
  /** The desired configuration: what is launched from meanwhile, and what the group keeps when it succeeds. */
  readonly launchTemplate: LaunchSource | undefined;
  readonly startedAtMs: number;
  /** Those that are still to be replaced. */
  readonly outdated: Set<GroupInstance>;
  total: number;
  status: 'Pending' | 'InProgress' | 'Baking' | 'Cancelling' | 'Cancelled' | 'Successful' | 'Failed';
  statusReason: string | undefined;
  endedAtMs: number | undefined;
  blockedSinceMs: number | undefined;
  bakedSinceMs: number | undefined;
}

/** How long it waits for instances that are protected from scale-in or in Standby (RefreshPreferences, API reference). */
const BLOCKED_MAX_MS = 3_600_000;
/** How often it looks at what has become of the instances. */
const LOOK_EVERY_MS = 15_000;

export function activeRefresh({ refreshes }: AutoScalingGroup): InstanceRefresh | undefined {
  return refreshes.find(({ endedAtMs }) => endedAtMs === undefined);
}

/** What the group launches from now. */
export function launchSourceOf(group: AutoScalingGroup): LaunchSource {
  return activeRefresh(group)?.launchTemplate ?? group.launchTemplate;
}

type NewRefresh = Pick<InstanceRefresh, 'group' | 'strategy' | 'preferences' | 'launchTemplate'>;

export function startRefresh(world: AutoScalingWorld, settings: NewRefresh): InstanceRefresh {
  const refresh: InstanceRefresh = {
    ...settings,
    serial: world.serial++,
    id: world.context.random.uuid(),
    startedAtMs: now(world),
    outdated: new Set(),
    total: 0,
    status: 'Pending',
    statusReason: undefined,
    endedAtMs: undefined,
    blockedSinceMs: undefined,
    bakedSinceMs: undefined,
  };
  refresh.group.refreshes.unshift(refresh);
  later(world.context, TIMING.groupStep, () => {
    if (refresh.status !== 'Pending') return;
    refresh.status = 'InProgress';
    for (const member of refresh.group.members.values()) if (isOutdated(refresh, member)) refresh.outdated.add(member);
    refresh.total = refresh.outdated.size;
    announce(world, refresh, 'Started');
    advance(world, refresh);
  });
  return refresh;
}

function isOutdated({ group, preferences, launchTemplate }: InstanceRefresh, member: GroupInstance): boolean {
  const { scaleInProtectedInstances, standbyInstances, skipMatching } = preferences;
  if (isLeaving(member) || member.state.endsWith(':Retained')) return false;
  if (member.protectedFromScaleIn && scaleInProtectedInstances === 'Ignore') return false;
  if (isStandby(member) && standbyInstances === 'Ignore') return false;
  if (!skipMatching) return true;
  const { template, version } = launchTemplate ?? group.launchTemplate;
  const wanted = version === '$Latest' ? Math.max(...template.versions.keys()) : Number(version);
  const number = version === '$Default' ? template.defaultVersion : wanted;
  return member.launchTemplate?.template !== template || member.launchTemplate.version !== number;
}

function isStandby({ state }: GroupInstance): boolean {
  return state === 'Standby' || state === 'EnteringStandby';
}

/** Replaces as many as the minimum healthy percentage leaves room for, at least one at a time, and waits for the others. */
function advance(world: AutoScalingWorld, refresh: InstanceRefresh): void {
  if (refresh.endedAtMs !== undefined) return;
  for (const member of refresh.outdated) {
    if (isLeaving(member) || !refresh.group.members.has(member.instanceId)) refresh.outdated.delete(member);
  }
  const missing = missingOf(world, refresh);
  if (refresh.status === 'Cancelling') {
    if (missing === 0) end(world, refresh, 'Cancelled');
  } else if (refresh.outdated.size === 0 && missing === 0) bake(world, refresh);
  else if (refresh.status === 'InProgress') replaceSome(world, refresh, missing);
  if (refresh.endedAtMs === undefined) world.context.kernel.clock.after(LOOK_EVERY_MS, () => advance(world, refresh));
}

function replaceSome(world: AutoScalingWorld, refresh: InstanceRefresh, missing: number): void {
  const { group, outdated, preferences } = refresh;
  const { desiredCapacity } = group;
  const healthyMin = Math.ceil((desiredCapacity * preferences.minHealthyPercentage) / 100);
  const room = Math.max(1, desiredCapacity - healthyMin) - missing;
  const free = [...outdated].filter((member) => isReplaceable(refresh, member));
  if (missing > 0) refresh.statusReason = waitingFor(world, refresh);
  const isSuspended = group.suspended.has('Launch') || group.suspended.has('Terminate');
  if (isSuspended) return;
  if (free.length === 0 && outdated.size > 0 && missing === 0) {
    waitForBlocked(world, refresh);
    return;
  }
  refresh.blockedSinceMs = undefined;
  for (const member of free.toSorted((a, b) => a.serial - b.serial).slice(0, Math.max(0, room))) {
    outdated.delete(member);
    if (refresh.strategy === 'ReplaceRootVolume') replaceRootVolume(world, member);
    else {
      const cause = 'an instance was taken out of service in response to an instance refresh.';
      leave(world, member, { cause, hooks: 'run' });
    }
  }
}

function isReplaceable({ preferences }: InstanceRefresh, member: GroupInstance): boolean {
  if (member.protectedFromScaleIn && preferences.scaleInProtectedInstances !== 'Refresh') return false;
  return isStandby(member) ? preferences.standbyInstances === 'Terminate' : member.state === 'InService';
}

function waitForBlocked(world: AutoScalingWorld, refresh: InstanceRefresh): void {
  refresh.blockedSinceMs ??= now(world);
  refresh.statusReason = 'Waiting for instances that are protected from scale in or in Standby.';
  if (now(world) - refresh.blockedSinceMs >= BLOCKED_MAX_MS) end(world, refresh, 'Failed');
}

/** How many of the desired instances are not in service, or have not been for their warm-up time. */
function missingOf(world: AutoScalingWorld, refresh: InstanceRefresh): number {
  const available = [...refresh.group.members.values()].filter((member) => isAvailable(world, refresh, member));
  return Math.max(0, refresh.group.desiredCapacity - available.length);
}

function isAvailable(world: AutoScalingWorld, refresh: InstanceRefresh, member: GroupInstance): boolean {
  if (member.inServiceSinceMs === undefined) return false;
  return refresh.outdated.has(member) || now(world) - member.inServiceSinceMs >= warmupMs(refresh);
}

function warmupMs({ preferences, group }: InstanceRefresh): number {
  const { defaultInstanceWarmupSeconds, healthCheckGracePeriodSeconds } = group;
  const seconds = preferences.instanceWarmupSeconds ?? defaultInstanceWarmupSeconds ?? healthCheckGracePeriodSeconds;
  return seconds * 1_000;
}

function waitingFor(world: AutoScalingWorld, refresh: InstanceRefresh): string {
  const warming = [...refresh.group.members.values()].find(
    (member) => member.inServiceSinceMs !== undefined && !isAvailable(world, refresh, member),
  );
  if (warming === undefined) return 'Waiting for remaining instances to be available.';
  return `Waiting for instances to warm up before continuing. For example: '${warming.instanceId} is warming up.'`;
}

function bake(world: AutoScalingWorld, refresh: InstanceRefresh): void {
  refresh.bakedSinceMs ??= now(world);
  const isBaked = now(world) - refresh.bakedSinceMs >= refresh.preferences.bakeSeconds * 1_000;
  if (!isBaked) {
    refresh.status = 'Baking';
    return;
  }
  if (refresh.launchTemplate !== undefined) refresh.group.launchTemplate = refresh.launchTemplate;
  end(world, refresh, 'Successful');
}

/** What it has replaced stays replaced. Unless told otherwise, launches and terminations under way are waited for. */
export function cancelRefresh(world: AutoScalingWorld, refresh: InstanceRefresh, waits: boolean): void {
  if (refresh.status === 'Pending' || !waits) end(world, refresh, 'Cancelled');
  else refresh.status = 'Cancelling';
}

const OUTCOMES = { Successful: 'Succeeded', Failed: 'Failed', Cancelled: 'Cancelled' } as const;

function end(world: AutoScalingWorld, refresh: InstanceRefresh, status: keyof typeof OUTCOMES): void {
  refresh.status = status;
  refresh.endedAtMs = now(world);
  if (status === 'Successful') refresh.statusReason = undefined;
  announce(world, refresh, OUTCOMES[status]);
}

/** How many are still to be replaced, or on their way (InstanceRefresh, API reference). */
export function instancesToUpdate(world: AutoScalingWorld, refresh: InstanceRefresh): number {
  if (refresh.status === 'Pending') return refresh.group.desiredCapacity;
  if (refresh.status === 'Successful') return 0;
  return Math.min(refresh.total, refresh.outdated.size + missingOf(world, refresh));
}

/** Amazon EC2 Auto Scaling events for EventBridge, instance refresh events (guide). */
function announce(world: AutoScalingWorld, { id, group }: InstanceRefresh, what: string): void {
  world.context.publish({
    source: 'aws.autoscaling',
    'detail-type': `EC2 Auto Scaling Instance Refresh ${what}`,
    resources: [group.arn],
    detail: { InstanceRefreshId: id, AutoScalingGroupName: group.name },
  });
}
