import {
  type ContainerInstanceField,
  type ContainerInstanceStatus,
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  type ECSClient,
  paginateListContainerInstances,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import type { ClusterArn, ContainerInstance, ContainerInstanceArn, Ec2InstanceId } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { toContainerInstance } from './container-instance-description.ts';
import { type EcsFailure, isClusterGone, isResourceRejected } from './errors.ts';
import { missingArns, toEcsFailures } from './failures.ts';

/** API Reference: ListContainerInstances pages and DescribeContainerInstances take at most 100. */
const LIST_PAGE_SIZE_MAX = 100;
const DESCRIBE_MAX = 100;
/** API Reference, UpdateContainerInstancesState: up to 10 container instances. */
const UPDATE_STATE_MAX = 10;
/** Not documented: keeps the filter near 1,000 characters, half of what ECS allows placement expressions. */
const FILTERED_IDS_MAX = 50;

export interface ContainerInstanceSelection {
  /** Without it: all but INACTIVE. */
  readonly status?: ContainerInstanceStatus;
  /** Cluster query language. */
  readonly filter?: string;
}

/** @throws ClusterNotFoundException (of the SDK) when the cluster does not exist */
export async function listContainerInstanceArns(
  ecs: ECSClient,
  cluster: ClusterArn,
  selection: ContainerInstanceSelection = {},
): Promise<ContainerInstanceArn[]> {
  const arns: ContainerInstanceArn[] = [];
  const paging = { client: ecs, pageSize: LIST_PAGE_SIZE_MAX };
  for await (const page of paginateListContainerInstances(paging, { cluster, ...selection })) {
    arns.push(...(page.containerInstanceArns ?? []));
  }
  return arns;
}

/** A page for each 100 of them: for when something is wrong in the Availability Zone. */
export async function countContainerInstancesIn(
  ecs: ECSClient,
  cluster: ClusterArn,
  availabilityZone: string,
): Promise<number> {
  const filter = `attribute:ecs.availability-zone == ${availabilityZone}`;
  return (await listContainerInstanceArns(ecs, cluster, { filter })).length;
}

/**
 * All registrations of the EC2 instances in a cluster, whatever their state but INACTIVE; none when the cluster is
 * gone. An EC2 instance has more than one when its agent lost its data directory.
 */
export async function findRegistrations(
  ecs: ECSClient,
  cluster: ClusterArn,
  ec2InstanceIds: readonly Ec2InstanceId[],
): Promise<ContainerInstanceArn[]> {
  const arns: ContainerInstanceArn[] = [];
  try {
    for (const ids of inBatches(ec2InstanceIds, FILTERED_IDS_MAX)) {
      const filter = `ec2InstanceId in [${ids.map((id) => `'${id}'`).join(', ')}]`;
      arns.push(...(await listContainerInstanceArns(ecs, cluster, { filter })));
    }
  } catch (error) {
    if (isClusterGone(error)) return [];
    throw error;
  }
  return arns;
}

export interface DescribedContainerInstances {
  /** INACTIVE ones stay describable for an hour and are included. */
  readonly found: ContainerInstance[];
  /** Deregistered more than an hour ago, or never there; all of them when the cluster is gone. */
  readonly missing: ContainerInstanceArn[];
}

export interface ContainerInstanceDetails {
  /** CONTAINER_INSTANCE_HEALTH: with the results of the health checks. */
  readonly include?: ContainerInstanceField[];
}

/** @throws UnexpectedFailuresError when ECS fails to describe some for another reason than MISSING */
export async function describeContainerInstances(
  ecs: ECSClient,
  cluster: ClusterArn,
  arns: readonly ContainerInstanceArn[],
  details: ContainerInstanceDetails = {},
): Promise<DescribedContainerInstances> {
  const found: ContainerInstance[] = [];
  const missing: ContainerInstanceArn[] = [];
  try {
    for (const containerInstances of inBatches(arns, DESCRIBE_MAX)) {
      const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances, ...details }));
      found.push(...(answer.containerInstances ?? []).map((description) => toContainerInstance(cluster, description)));
      missing.push(...missingArns('DescribeContainerInstances', answer.failures));
    }
  } catch (error) {
    if (isClusterGone(error)) return { found: [], missing: [...new Set(arns)] };
    throw error;
  }
  return { found, missing };
}

export interface ChangedContainerInstances {
  readonly changed: ContainerInstance[];
  /** Not changed: ECS does so within an HTTP 200. The reasons are not documented as a closed set. */
  readonly failures: EcsFailure[];
}

/** Idempotent: an instance that already is in the state is answered as changed. */
export async function setContainerInstancesState(
  ecs: ECSClient,
  cluster: ClusterArn,
  arns: readonly ContainerInstanceArn[],
  status: 'ACTIVE' | 'DRAINING',
): Promise<ChangedContainerInstances> {
  const changed: ContainerInstance[] = [];
  const failures: EcsFailure[] = [];
  for (const containerInstances of inBatches(arns, UPDATE_STATE_MAX)) {
    const answer = await ecs.send(new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status }));
    changed.push(...(answer.containerInstances ?? []).map((description) => toContainerInstance(cluster, description)));
    failures.push(...toEcsFailures(answer.failures));
  }
  return { changed, failures };
}

/**
 * Removes a registration with `force`: without it ECS refuses while it believes that tasks run there, which it does
 * for ever when the instance is gone. Tasks that still run are orphaned.
 */
export async function deregisterContainerInstance(
  ecs: ECSClient,
  cluster: ClusterArn,
  arn: ContainerInstanceArn,
): Promise<'deregistered' | 'already-gone'> {
  try {
    await ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance: arn, force: true }));
    return 'deregistered';
  } catch (error) {
    if (await isContainerInstanceGone(ecs, cluster, arn, error)) return 'already-gone';
    throw error;
  }
}

/**
 * Whether `error` came about because ECS no longer knows the container instance. Which code and wording ECS uses for
 * that differs between operations and is not documented, so it is asked.
 */
export async function isContainerInstanceGone(
  ecs: ECSClient,
  cluster: ClusterArn,
  arn: ContainerInstanceArn,
  error: unknown,
): Promise<boolean> {
  if (isClusterGone(error)) return true;
  if (!isResourceRejected(error)) return false;
  const { found } = await describeContainerInstances(ecs, cluster, [arn]);
  return found.every(({ status }) => status === 'INACTIVE');
}
