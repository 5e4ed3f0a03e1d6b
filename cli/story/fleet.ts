import type { HookSettings } from '../../simulator/services/auto-scaling/hooks.ts';
import type { Stage } from './stage.ts';

/** The fleet that the story happens to, and how its instances are found. */

export const SHOP = { cluster: 'shop', group: 'shop-web', size: 12 } as const;
export const TOOLS = { cluster: 'tools', group: 'tools-workers', size: 4 } as const;
/** A service whose tasks take six minutes to stop. */
const REPORTS = 'reports';

/** As the stack's own parameter `autoScalingGroups` and the examples for users make it. */
const TERMINATE_HOOK: HookSettings = {
  name: 'ebbtide-terminate',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  heartbeatTimeoutSeconds: 300,
  defaultResult: 'CONTINUE',
};

/** Another team's hook on the same groups, which that team completes by itself. */
export const BACKUP_HOOK: HookSettings = { ...TERMINATE_HOOK, name: 'backup-logs' };

export const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;

export async function bootFleet({ world, views, until }: Stage): Promise<void> {
  const lifecycleHooks = [TERMINATE_HOOK, BACKUP_HOOK];
  for (const { cluster, group, size } of [SHOP, TOOLS]) {
    world.createCluster({ name: cluster });
    world.createAutoScalingGroup({ name: group, cluster, desired: size, zones: ZONES, lifecycleHooks });
  }
  const connected = () => views.containerInstances().filter(({ agentConnected }) => agentConnected).length;
  await until(() => connected() === SHOP.size + TOOLS.size, 15);
  const { cluster } = SHOP;
  const behindLoadBalancer = { deregistrationDelaySeconds: 30, slowStartSeconds: 20 };
  world.createService({ cluster, name: 'checkout', desiredCount: 36, ...behindLoadBalancer });
  world.createService({ cluster, name: 'search', desiredCount: 18, exitsAfterSignalMs: 8_000 });
  const daemon = { schedulingStrategy: 'DAEMON', cpu: 64, memory: 128 } as const;
  world.createService({ cluster: TOOLS.cluster, name: 'log-router', ...daemon });
  world.createService({ cluster: TOOLS.cluster, name: 'ci-runner', desiredCount: 8 });
}

export function startReports({ world }: Stage): void {
  const aboutSixMinutes = { stopTimeoutSeconds: 900, exitsAfterSignalMs: 6 * 60_000 };
  world.createService({ cluster: SHOP.cluster, name: REPORTS, desiredCount: 3, ...aboutSixMinutes });
}

/**
 * An instance of the group that is in service, that nothing has happened to yet, and that has a task of the slow service
 * or has none. From now on something happens to it.
 */
export function pick(stage: Stage, group: string, { slow }: { readonly slow: boolean } = { slow: false }): string {
  const withReports = new Set(
    stage.views.tasks().flatMap(({ serviceName, ec2InstanceId }) => (serviceName === REPORTS ? [ec2InstanceId] : [])),
  );
  const member = stage.views
    .groupInstances()
    .find(
      ({ group: own, lifecycleState, ec2InstanceId: id }) =>
        own === group && lifecycleState === 'InService' && !stage.cast.has(id) && withReports.has(id) === slow,
    );
  if (member === undefined) throw new Error(`the story finds no instance in ${group}`);
  stage.cast.add(member.ec2InstanceId);
  return member.ec2InstanceId;
}

/** The instances of a group in an Availability Zone that are in service. */
export function membersIn({ views }: Stage, group: string, zone: string): string[] {
  return views
    .groupInstances()
    .filter((member) => member.group === group && member.availabilityZone === zone)
    .flatMap(({ lifecycleState, ec2InstanceId }) => (lifecycleState === 'InService' ? [ec2InstanceId] : []));
}

export function statusOf({ views }: Stage, id: string): string | undefined {
  return views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.status;
}

/** The tasks of an instance that have not reached STOPPED. */
export function countTasks({ views }: Stage, id: string): number {
  return views.tasks().filter(({ ec2InstanceId, lastStatus }) => ec2InstanceId === id && lastStatus !== 'STOPPED')
    .length;
}

/** How many instances have been let go by their hook so far. */
export function countReleased({ views }: Stage): number {
  return views.groupInstances().filter(({ hooks }) => hooks.some(isOver)).length;
}

export function isReleased({ views }: Stage, id: string): boolean {
  return views.groupInstances().some(({ ec2InstanceId, hooks }) => ec2InstanceId === id && hooks.some(isOver));
}

function isOver({ hook, end }: { readonly hook: string; readonly end: unknown }): boolean {
  return hook === TERMINATE_HOOK.name && end !== undefined;
}

export function isConnected({ views }: Stage, id: string): boolean {
  return views.containerInstances().some((held) => held.ec2InstanceId === id && held.agentConnected);
}

/** One of its registrations has been removed. */
export function isDeregistered({ views }: Stage, id: string): boolean {
  return views.containerInstances().some((held) => held.ec2InstanceId === id && held.status === 'INACTIVE');
}
