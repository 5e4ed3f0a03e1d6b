import { describeAutoScalingInstances } from '../aws/auto-scaling.ts';
import { describeContainerInstances } from '../aws/container-instances.ts';
import { describeEc2Instances } from '../aws/ec2.ts';
import type { AutoScalingInstance, ContainerInstance, Ec2Instance, Ec2InstanceId } from '../domain/model.ts';
import type { Registration } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import type { Unread } from './registrations.ts';

/** What ECS, Auto Scaling and EC2 say now about some instances. */
export interface Known {
  /** By container instance ARN. What ECS no longer lists is not in it. */
  readonly instances: ReadonlyMap<string, ContainerInstance>;
  /** By EC2 instance id. What is not in it belongs to no group. */
  readonly autoScaling: ReadonlyMap<string, AutoScalingInstance>;
  /** By EC2 instance id. What is not in it was terminated long ago. */
  readonly ec2: ReadonlyMap<string, Ec2Instance>;
}

/** By container instance ARN; what ECS no longer lists (INACTIVE or forgotten) is left out. */
export async function describeRegistrations(
  runtime: Runtime,
  registrations: readonly Registration[],
): Promise<Map<string, ContainerInstance>> {
  const unread: Unread = new Map();
  const instances = await describeReadable(runtime, registrations, unread);
  for (const error of unread.values()) throw error;
  return instances;
}

/** The same, where one cluster that ECS does not answer for is not to hide what is in the others. */
export async function describeReadable(
  runtime: Runtime,
  registrations: readonly Registration[],
  unread: Unread,
): Promise<Map<string, ContainerInstance>> {
  const instances = new Map<string, ContainerInstance>();
  for (const [cluster, group] of Map.groupBy(registrations, ({ clusterArn }) => clusterArn)) {
    const arns = group.map(({ arn }) => arn);
    const described = await tryTo(() =>
      describeContainerInstances(runtime.ecs, cluster, arns, { include: ['CONTAINER_INSTANCE_HEALTH'] }),
    );
    if (described instanceof LookFailure) {
      unread.set(cluster, described.cause);
      continue;
    }
    const listed = described.found.filter(({ status }) => status !== 'INACTIVE');
    for (const instance of listed) instances.set(instance.arn, instance);
  }
  return instances;
}

/**
 * Reads everything about some registrations, and about the EC2 instances that they or incidents name; a few calls for
 * all of them together. An incident's EC2 instance is looked up even when its registration is gone.
 */
export async function lookUp(
  runtime: Runtime,
  registrations: readonly Registration[],
  ec2InstanceIds: readonly Ec2InstanceId[],
): Promise<Known> {
  const instances = await describeRegistrations(runtime, registrations);
  const ofInstances = [...instances.values()].map((instance) => instance.ec2InstanceId);
  return { instances, ...(await lookUpEc2(runtime, [...ofInstances, ...ec2InstanceIds])) };
}

type OfEc2 = Pick<Known, 'autoScaling' | 'ec2'>;

/** External instances (ECS Anywhere, `mi-...`) have neither an EC2 instance nor a group, and are not asked for. */
export async function lookUpEc2(runtime: Runtime, ec2InstanceIds: readonly Ec2InstanceId[]): Promise<OfEc2> {
  const ids = ec2InstanceIds.filter((id) => id.startsWith('i-'));
  const [autoScaling, ec2] = await Promise.all([
    describeAutoScalingInstances(runtime.autoScaling, ids),
    describeEc2Instances(runtime.ec2, ids),
  ]);
  return { autoScaling, ec2 };
}

/** The same, with what one of the two services says where the other says nothing. */
export async function tryToLookUpEc2(
  runtime: Runtime,
  ids: readonly Ec2InstanceId[],
): Promise<{ readonly known: Partial<OfEc2>; readonly failure: LookFailure | undefined }> {
  const [autoScaling, ec2] = await Promise.all([
    tryTo(() => describeAutoScalingInstances(runtime.autoScaling, ids)),
    tryTo(() => describeEc2Instances(runtime.ec2, ids)),
  ]);
  if (autoScaling instanceof LookFailure)
    return { known: ec2 instanceof LookFailure ? {} : { ec2 }, failure: autoScaling };
  if (ec2 instanceof LookFailure) return { known: { autoScaling }, failure: ec2 };
  return { known: { autoScaling, ec2 }, failure: undefined };
}
