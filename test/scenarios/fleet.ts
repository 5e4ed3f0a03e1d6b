import type { Box } from './box.ts';
import { minutes } from './box.ts';

/** The hooks that the examples attach. */
export const TERMINATE_HOOK = {
  name: 'ebbtide-terminate',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  heartbeatTimeoutSeconds: 300,
  defaultResult: 'CONTINUE',
} as const;

export const LAUNCH_HOOK = {
  name: 'ebbtide-launch',
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  heartbeatTimeoutSeconds: 300,
  defaultResult: 'ABANDON',
} as const;

type GroupOptions = Parameters<Box['world']['createAutoScalingGroup']>[0];

/** A group `web` of the cluster `prod` with the terminate hook, its instances registered and connected. */
export async function bootGroup(box: Box, options: Partial<GroupOptions> = {}): Promise<string[]> {
  const name = options.name ?? 'web';
  const { desired = 2, ...rest } = options;
  box.world.createAutoScalingGroup({
    cluster: 'prod',
    maxSize: 20,
    lifecycleHooks: [TERMINATE_HOOK],
    ...rest,
    name,
    desired,
  });
  await box.run(minutes(5));
  return instancesOf(box, name);
}

/** A group as `bootGroup` makes it, with a task on each instance that must end by itself. */
export async function bootBusyGroup(box: Box) {
  const ids = await bootGroup(box);
  const tasks = ids.map((on) => box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on }));
  await box.run(minutes(1));
  const [first = '', second = ''] = ids;
  return { first, second, tasks };
}

/** The one instance, which never registers, of a group `late` that its tag has watched; it has no launch hook. */
export async function launchUnregistered(box: Box, options: Partial<GroupOptions> = {}): Promise<string> {
  const tags = { 'ebbtide:cluster': 'prod' };
  const group = { name: 'late', cluster: 'prod', desired: 0, maxSize: 5, lifecycleHooks: [], tags };
  box.world.createAutoScalingGroup({ ...group, ...options });
  box.world.breakNewAgents('late');
  box.world.setDesiredCapacity('late', 1);
  await box.run(minutes(2));
  const [id] = instancesOf(box, 'late');
  if (id === undefined) throw new Error('the group has launched no instance');
  return id;
}

/** Sets tags `ebbtide:...` of the cluster `prod`. */
export async function tagCluster(box: Box, tags: Readonly<Record<string, string>>): Promise<void> {
  const { region, accountId } = box.simulator.kernel.place;
  await box.simulator.call('ecs', 'TagResource', {
    resourceArn: `arn:aws:ecs:${region}:${accountId}:cluster/prod`,
    tags: Object.entries(tags).map(([key, value]) => ({ key: `ebbtide:${key}`, value })),
  });
}

/** The EC2 instance ids of a group, those that are still there. */
export function instancesOf(box: Box, group: string): string[] {
  return box.views
    .groupInstances()
    .filter((instance) => instance.group === group && instance.lifecycleState !== 'Terminated')
    .map(({ ec2InstanceId }) => ec2InstanceId);
}

export function groupInstance(box: Box, ec2InstanceId: string) {
  return found(box.views.groupInstances(), (instance) => instance.ec2InstanceId === ec2InstanceId, ec2InstanceId);
}

/** The newest registration of an EC2 instance. */
export function containerInstance(box: Box, ec2InstanceId: string) {
  const registrations = box.views.containerInstances().filter((instance) => instance.ec2InstanceId === ec2InstanceId);
  return found(registrations.slice(-1), () => true, ec2InstanceId);
}

export function task(box: Box, arn: string) {
  return found(box.views.tasks(), (candidate) => candidate.arn === arn, arn);
}

/** How the terminate hook of an instance ended; undefined while it holds the instance. */
export function hookEnd(box: Box, ec2InstanceId: string) {
  return groupInstance(box, ec2InstanceId).hooks.find(({ hook }) => hook === TERMINATE_HOOK.name)?.end;
}

function found<T>(items: readonly T[], matches: (item: T) => boolean, name: string): T {
  const item = items.find(matches);
  if (item === undefined) throw new Error(`${name} is not in the fleet`);
  return item;
}
