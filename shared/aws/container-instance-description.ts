import type { ContainerInstance as ContainerInstanceDescription, InstanceHealthCheckResult } from '@aws-sdk/client-ecs';
import type { ClusterArn, ContainerInstance, ContainerInstanceOs, InstanceHealthCheck } from '../domain/model.ts';
import { areResourcesFree } from '../domain/resources.ts';
import { required } from './errors.ts';

type Attributes = ReadonlyMap<string | undefined, string | undefined>;

/** @throws IncompleteAnswerError when ECS leaves out what decisions rest on */
export function toContainerInstance(
  clusterArn: ClusterArn,
  description: ContainerInstanceDescription,
): ContainerInstance {
  const arn = required(description, 'containerInstanceArn', 'a container instance');
  const { registeredAt, capacityProviderName, versionInfo, healthStatus } = description;
  const resourcesFree = areResourcesFree(description.registeredResources ?? [], description.remainingResources ?? []);
  const ec2InstanceId = required(description, 'ec2InstanceId', arn);
  const attributes = new Map(description.attributes?.map(({ name, value }) => [name, value]));
  const availabilityZone = attributes.get('ecs.availability-zone');
  const instanceType = attributes.get('ecs.instance-type');
  const agentVersion = versionInfo?.agentVersion;
  return {
    arn,
    clusterArn,
    ec2InstanceId,
    status: required(description, 'status', arn),
    agentConnected: required(description, 'agentConnected', arn),
    version: required(description, 'version', arn),
    runningTasksCount: required(description, 'runningTasksCount', arn),
    pendingTasksCount: required(description, 'pendingTasksCount', arn),
    external: ec2InstanceId.startsWith('mi-') || attributes.has('ecs.capability.external'),
    os: osOf(attributes),
    ...(resourcesFree !== undefined && { resourcesFree }),
    ...(registeredAt && { registeredAtMs: registeredAt.getTime() }),
    ...(availabilityZone && { availabilityZone }),
    ...(instanceType && { instanceType }),
    ...(capacityProviderName && { capacityProviderName }),
    ...(agentVersion && { agentVersion }),
    ...(healthStatus && { health: (healthStatus.details ?? []).map((check) => toHealthCheck(arn, check)) }),
  };
}

/**
 * The agent registers `ecs.os-type` (`linux`, `windows`) and `ecs.os-family` (`LINUX`, `WINDOWS_SERVER_...`): ECS guide,
 * "Amazon ECS task placement constraints". Bottlerocket calls itself Linux there, and adds `bottlerocket.variant` of its
 * own (its ecs-settings-applier; the ECS updater for Bottlerocket finds its instances by it).
 */
function osOf(attributes: Attributes): ContainerInstanceOs {
  if (attributes.has('bottlerocket.variant')) return 'bottlerocket';
  const isWindows =
    attributes.get('ecs.os-type') === 'windows' || attributes.get('ecs.os-family')?.startsWith('WINDOWS');
  return isWindows ? 'windows' : 'linux';
}

function toHealthCheck(arn: string, description: InstanceHealthCheckResult): InstanceHealthCheck {
  const { statusReason, lastStatusChange } = description;
  return {
    type: required(description, 'type', `a health check of ${arn}`),
    status: required(description, 'status', `a health check of ${arn}`),
    ...(statusReason && { statusReason }),
    ...(lastStatusChange && { sinceMs: lastStatusChange.getTime() }),
  };
}
