import type { AutoScalingGroupsType, DescribeInstanceRefreshesAnswer } from '@aws-sdk/client-auto-scaling';
import type { Trace } from '../../simulator/kernel/trace.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { HOME_TAG, LAUNCH_HOOK } from './fleet-plan.ts';
import type { Plan } from './plan.ts';
import { inForce } from './terms.ts';

const MINUTE_MS = 60_000;

/** All that ought to be over by then: what has its own deadline, and the slowest things that a fleet does by itself. */
function settlingMinutesMax(plan: Plan): number {
  return Math.max(...inForce(plan, undefined).map(({ policy }) => policy.drainDeadlineMinutes), 30) + 30;
}

/**
 * Everything is well again: agents come back, standalone tasks exit, nothing keeps a service's tasks where they are.
 * Time goes on until `isSettled`, for as long as the world may take.
 *
 * @param told what `listenForSpared` has heard since the world began
 */
export async function settle(
  simulator: Simulator,
  plan: Plan,
  { told, isSettled }: { readonly told: readonly string[]; isSettled(): boolean },
): Promise<void> {
  const { clock } = simulator.kernel;
  const endMs = clock.now() + settlingMinutesMax(plan) * MINUTE_MS;
  for (const { name, groups, services } of plan.clusters) {
    for (const group of groups) simulator.fleet.world.repairNewAgents(group.name);
    for (const { name: service, schedulingStrategy } of services) {
      if (schedulingStrategy === 'DAEMON') continue;
      const percents = { minimumHealthyPercent: 0, maximumPercent: 200 };
      simulator.fleet.world.setDeploymentPercents(name, service, percents);
    }
  }
  await cancelRefreshes(simulator, plan);
  await removeClosedDoors(simulator, plan);
  let settledMinutes = 0;
  while (clock.now() < endMs && settledMinutes < 3) {
    makeWell(simulator, plan);
    await restoreSpared(simulator, told);
    await removeMoved(simulator);
    replaceLost(simulator, await homesByTag(simulator, plan));
    await simulator.runFor(MINUTE_MS);
    settledMinutes = isSettled() ? settledMinutes + 1 : 0;
  }
}

/** Instance after instance, a refresh would go on for longer than anything waits. */
async function cancelRefreshes({ call }: Simulator, plan: Plan): Promise<void> {
  for (const { name: AutoScalingGroupName } of plan.clusters.flatMap(({ groups }) => groups)) {
    const { InstanceRefreshes = [] } = (await call('autoscaling', 'DescribeInstanceRefreshes', {
      AutoScalingGroupName,
    })) as DescribeInstanceRefreshesAnswer;
    const isActive = InstanceRefreshes.some(({ Status }) => Status === 'Pending' || Status === 'InProgress');
    if (isActive) await call('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName });
  }
}

/**
 * What the runbook has people do where Ebbtide only observes from now on: nobody completes its launch hooks there, and one that
 * abandons what it is not told of would have the group launch for ever.
 */
async function removeClosedDoors({ call }: Simulator, plan: Plan): Promise<void> {
  for (const { name: cluster, groups } of plan.clusters) {
    if (inForce(plan, cluster).at(-1)?.role === 'acts') continue;
    for (const { name: AutoScalingGroupName, lifecycleHooks = [] } of groups) {
      const hook = lifecycleHooks.find(({ name }) => name === LAUNCH_HOOK);
      if (hook?.defaultResult !== 'ABANDON') continue;
      await call('autoscaling', 'DeleteLifecycleHook', { AutoScalingGroupName, LifecycleHookName: hook.name });
    }
  }
}

function makeWell({ fleet: { world, views } }: Simulator, plan: Plan): void {
  for (const zone of new Set(plan.clusters.flatMap(({ groups }) => groups.flatMap(({ zones }) => zones ?? [])))) {
    world.restoreZone(zone);
  }
  const up = new Set(
    views.ec2Instances().flatMap(({ ec2InstanceId, state }) => (state === 'running' ? [ec2InstanceId] : [])),
  );
  const resting = new Set(
    views.groupInstances().flatMap((one) => (one.lifecycleState.startsWith('Warmed:') ? [one.ec2InstanceId] : [])),
  );
  for (const { ec2InstanceId, state } of views.ec2Instances()) {
    if (state === 'stopped' && !resting.has(ec2InstanceId)) world.startInstance(ec2InstanceId);
  }
  for (const { ec2InstanceId, agentConnected, status } of views.containerInstances()) {
    const isUp = up.has(ec2InstanceId) || ec2InstanceId.startsWith('mi-');
    if (isUp && !agentConnected && status !== 'INACTIVE') world.reconnectAgent(ec2InstanceId);
  }
  for (const { arn, serviceName, lastStatus, protectedUntilMs } of views.tasks()) {
    if (serviceName === undefined && lastStatus === 'RUNNING') world.exitTask(arn);
    if (protectedUntilMs !== undefined && lastStatus !== 'STOPPED') world.unprotectTask(arn);
  }
}

/** What on-call does when told that an instance is connected in another cluster: it is deregistered in this one. */
async function removeMoved({ call, fleet: { views } }: Simulator): Promise<void> {
  const all = views.containerInstances().filter(({ status }) => status !== 'INACTIVE');
  for (const { arn, cluster, ec2InstanceId, agentConnected } of all) {
    const isElsewhere = all.some(
      (other) => other.ec2InstanceId === ec2InstanceId && other.cluster !== cluster && other.agentConnected,
    );
    if (agentConnected || !isElsewhere) continue;
    await call('ecs', 'DeregisterContainerInstance', { cluster, containerInstance: arn, force: true });
  }
}

/** The cluster that the tag of each group names now. */
async function homesByTag({ call }: Simulator, plan: Plan): Promise<ReadonlyMap<string, string | undefined>> {
  const AutoScalingGroupNames = plan.clusters.flatMap(({ groups }) => groups.map(({ name }) => name));
  const { AutoScalingGroups = [] } = (await call('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames,
  })) as Partial<AutoScalingGroupsType>;
  return new Map(
    AutoScalingGroups.map(({ AutoScalingGroupName = '', Tags = [] }) => [
      AutoScalingGroupName,
      Tags.find(({ Key }) => Key === HOME_TAG)?.Value,
    ]),
  );
}

/** Longer than a boot and all that an agent may need to connect. */
const LOST_AFTER_MS = 10 * MINUTE_MS;

/**
 * What on-call does about instances in service whose agents never came up, do not come back, or stay in another cluster
 * than the one that the tag of their group names.
 */
function replaceLost(
  { fleet: { world, views }, kernel }: Simulator,
  tagged: ReadonlyMap<string, string | undefined>,
): void {
  const listed = views.containerInstances().filter(({ status }) => status !== 'INACTIVE');
  const isRecent = (sinceMs: number) => kernel.clock.now() - sinceMs < LOST_AFTER_MS;
  for (const { ec2InstanceId, lifecycleState, group } of views.groupInstances()) {
    if (lifecycleState !== 'InService') continue;
    const home = tagged.get(group);
    const isKept = listed.some(
      (one) =>
        one.ec2InstanceId === ec2InstanceId &&
        (isRecent(one.connectivityChangedAtMs) || (one.agentConnected && (home ?? one.cluster) === one.cluster)),
    );
    if (!isKept) world.terminateInstanceInGroup(ec2InstanceId, 'replace');
  }
}

/**
 * What on-call does when told that an instance was drained for an interruption that never came: it is used again.
 *
 * @param told the messages of such alerts
 */
async function restoreSpared({ call, fleet: { views } }: Simulator, told: readonly string[]): Promise<void> {
  const inService = new Set(
    views
      .groupInstances()
      .flatMap(({ ec2InstanceId, lifecycleState }) => (lifecycleState === 'InService' ? [ec2InstanceId] : [])),
  );
  for (const { arn, cluster, ec2InstanceId, status } of views.containerInstances()) {
    if (status !== 'DRAINING' || !inService.has(ec2InstanceId)) continue;
    if (!told.some((message) => message.includes(ec2InstanceId))) continue;
    await call('ecs', 'UpdateContainerInstancesState', { cluster, containerInstances: [arn], status: 'ACTIVE' });
  }
}

/** The alerts, from now on, that tell of instances which are still drained. */
export function listenForSpared(trace: Trace): readonly string[] {
  const told: string[] = [];
  trace.onEntry(({ kind, subject, message }) => {
    if (kind === 'notification' && String(subject).includes('still DRAINING')) told.push(String(message));
  });
  return told;
}
