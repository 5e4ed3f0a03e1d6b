import { describeEc2Instances, describeEc2StatusChecks } from '../aws/ec2.ts';
import { clusterName } from '../domain/arns.ts';
import { deadlineOfLaunch, type Ec2View, isStandingKnown } from '../domain/launch.ts';
import type { AutoScalingGroup, AutoScalingInstance, ClusterArn, ContainerInstance } from '../domain/model.ts';
import type { LaunchIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import type { Allowance, Failures } from './each.ts';
import { taggedCluster } from './homes.ts';
import { reviewLaunchArrivals } from './launch-arrivals.ts';
import { lastPolicyOf, type OnOverdue, reviewLaunches } from './launches.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { findRegistrationsAnywhere } from './registrations.ts';
import { watchGroups } from './unregistered.ts';
import { listUntoldActions } from './untold.ts';

interface Swept {
  /** The open incidents of launches. */
  readonly open: readonly LaunchIncident[];
  readonly groups: readonly AutoScalingGroup[];
  /** In a warm pool, and not on their way back from service. */
  readonly entering: readonly AutoScalingInstance[];
  /** Those that are looked after. */
  listClusters(): Promise<ClusterArn[]>;
  readonly onOverdue: OnOverdue;
}

/** Looks at all instances that have not arrived: those that hooks hold, and those in service in the groups that are watched. */
export async function sweepLaunches(runtime: Runtime, swept: Swept, allowance: Allowance): Promise<Failures> {
  try {
    return await lookAtAll(runtime, swept, allowance);
  } catch (error) {
    // One of the services does not answer. Nothing is judged, and the hooks are kept alive.
    const failures = await reviewLaunches(runtime, swept.open, allowance, () => ({}));
    return failures.set('looking up launches', error);
  }
}

async function lookAtAll(
  runtime: Runtime,
  { open, groups, entering, listClusters, onOverdue }: Swept,
  allowance: Allowance,
): Promise<Failures> {
  const isWatching = groups.some((group) => taggedCluster(group) !== undefined);
  const clusters = isWatching ? await listClusters() : [];
  const watched = await watchGroups(runtime, groups, { clusters, open, allowance });
  const launches = [...open, ...watched.filed];
  const untold = await tryTo(() => reviewUntold(runtime, { open, groups, entering }, allowance));
  const arrived = untold instanceof LookFailure ? new Map([['launches that no event told of', untold.cause]]) : untold;
  const failures = new Map([...watched.failures, ...arrived]);
  if (launches.length === 0) return failures;
  return new Map([...failures, ...(await reviewKnown(runtime, { launches, groups, clusters, onOverdue }, allowance))]);
}

/** Those that a launch hook holds, and of which no event told. */
async function reviewUntold(
  runtime: Runtime,
  { open, groups, entering }: Pick<Swept, 'open' | 'groups' | 'entering'>,
  allowance: Allowance,
): Promise<Failures> {
  const told = new Set(open.filter(({ actions }) => actions.length > 0).map(({ ec2InstanceId }) => ec2InstanceId));
  const untold = [
    ...groups
      .flatMap(({ instances }) => instances)
      .filter(({ ec2InstanceId, lifecycleState }) => lifecycleState === 'Pending:Wait' && !told.has(ec2InstanceId)),
    // Whether the hook of the launch holds it or another one, the state does not tell; Auto Scaling refuses the wrong one.
    ...entering.filter(({ lifecycleState }) => lifecycleState === 'Warmed:Pending:Wait'),
  ];
  const actions = await listUntoldActions(runtime, untold, 'autoscaling:EC2_INSTANCE_LAUNCHING');
  return reviewLaunchArrivals(runtime, actions, allowance);
}

async function reviewKnown(
  runtime: Runtime,
  {
    launches,
    groups,
    clusters,
    onOverdue,
  }: Pick<Swept, 'groups' | 'onOverdue'> & {
    readonly launches: readonly LaunchIncident[];
    readonly clusters: readonly ClusterArn[];
  },
  allowance: Allowance,
): Promise<Failures> {
  const states = new Map(
    groups.flatMap(({ instances }) => instances.map((one) => [one.ec2InstanceId, one.lifecycleState] as const)),
  );
  const unread: Failures = new Map();
  const registrations = await findRegistrations(runtime, launches, unread);
  const watched = new Set(groups.filter((group) => isWatched(group, clusters)).map(({ name }) => name));
  const overdue = launches.filter((launch) => runtime.now() >= deadlineOfLaunch(launch, lastPolicyOf(runtime, launch)));
  // Without EC2's word no overdue one is judged; those that have arrived are let in all the same.
  const ec2 = await tryTo(() => askEc2(runtime, overdue));
  const observe = (launch: LaunchIncident) => {
    const { ec2InstanceId, groupName } = launch;
    const found = registrations.get(ec2InstanceId) ?? [];
    return {
      lifecycleState: states.get(ec2InstanceId) ?? 'gone',
      registrations: isStandingKnown(launch, found, unread) ? found : undefined,
      isWatched: watched.has(groupName),
      ec2: ec2 instanceof LookFailure ? undefined : ec2.get(ec2InstanceId),
    };
  };
  const failures = await reviewLaunches(runtime, launches, allowance, observe, onOverdue);
  if (ec2 instanceof LookFailure) failures.set('launches that are overdue', ec2.cause);
  return new Map([...unread, ...failures]);
}

function isWatched(group: AutoScalingGroup, clusters: readonly ClusterArn[]): boolean {
  return clusters.some((arn) => clusterName(arn) === taggedCluster(group));
}

/** A cluster that ECS does not answer for hides nothing but what may be in it. */
function findRegistrations(
  runtime: Runtime,
  launches: readonly LaunchIncident[],
  unread: Failures,
): Promise<Map<string, ContainerInstance[]>> {
  const likely = launches.flatMap(({ clusterArn }) => clusterArn ?? []);
  return findRegistrationsAnywhere(
    runtime,
    launches.map(({ ec2InstanceId }) => ec2InstanceId),
    likely,
    unread,
  );
}

/** Only of those that are overdue: it is what on-call is told. */
async function askEc2(runtime: Runtime, overdue: readonly LaunchIncident[]): Promise<Map<string, Ec2View>> {
  const ids = overdue.map(({ ec2InstanceId }) => ec2InstanceId);
  const [instances, checks] = await Promise.all([
    describeEc2Instances(runtime.ec2, ids),
    describeEc2StatusChecks(runtime.ec2, ids),
  ]);
  return new Map(
    ids.map((id): [string, Ec2View] => [id, { state: instances.get(id)?.state ?? 'gone', checks: checks.get(id) }]),
  );
}
