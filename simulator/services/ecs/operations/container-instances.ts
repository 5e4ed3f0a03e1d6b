import type {
  ContainerInstance as ContainerInstanceShape,
  DeregisterContainerInstanceRequest,
  DeregisterContainerInstanceResponse,
  DescribeContainerInstancesRequest,
  DescribeContainerInstancesResponse,
  Failure,
  InstanceHealthCheckType,
  UpdateContainerAgentRequest,
  UpdateContainerAgentResponse,
  UpdateContainerInstancesStateRequest,
  UpdateContainerInstancesStateResponse,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { updateAgent } from '../agent.ts';
import { deregister, setState } from '../container-instances.ts';
import { containerInstanceShape, tagList } from '../shapes.ts';
import { type ContainerInstance, type EcsWorld, overallHealth } from '../state.ts';
import {
  arnWithin,
  clusterArn,
  findCluster,
  findContainerInstance,
  invalidParameter,
  requireAtMost,
  withinCluster,
} from './find.ts';

interface InstancesRequest {
  readonly cluster?: string | undefined;
  readonly containerInstances?: string[] | undefined;
}

function instanceArns(world: EcsWorld, { cluster, containerInstances = [] }: InstancesRequest): string[] {
  return containerInstances.map((identifier) => arnWithin(world, 'container-instance', { cluster, identifier }));
}

/** Each named instance in turn; those that are unknown, or INACTIVE for over an hour, become `MISSING` failures. */
function eachInstance<Result>(
  world: EcsWorld,
  request: InstancesRequest,
  one: (instance: ContainerInstance) => Result,
) {
  const cluster = findCluster(world, request.cluster);
  const results: Result[] = [];
  const failures: Failure[] = [];
  for (const identifier of request.containerInstances ?? []) {
    const instance = findContainerInstance(cluster, identifier);
    if (instance !== undefined) results.push(one(instance));
    else failures.push({ arn: arnWithin(world, 'container-instance', { ...request, identifier }), reason: 'MISSING' });
  }
  return { results, failures };
}

export function describeContainerInstances(
  world: EcsWorld,
): Operation<DescribeContainerInstancesRequest, DescribeContainerInstancesResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, instanceArns(world, request)),
    run: (request) => {
      requireAtMost(request.containerInstances ?? [], 100, 'Container instances');
      const { results, failures } = eachInstance(world, request, (instance) =>
        describe(instance, request.include ?? []),
      );
      return { containerInstances: results, failures };
    },
  };
}

function describe(instance: ContainerInstance, include: readonly string[]): ContainerInstanceShape {
  const shape = containerInstanceShape(instance);
  shape.tags = include.includes('TAGS') ? tagList(instance.tags) : [];
  if (include.includes('CONTAINER_INSTANCE_HEALTH') && instance.checks.length > 0) {
    shape.healthStatus = {
      overallStatus: overallHealth(instance),
      details: instance.checks.map(({ type, status, reason, changedAtMs }) => ({
        type: type as InstanceHealthCheckType,
        status,
        ...(reason === '' ? {} : { statusReason: reason }),
        lastUpdated: new Date(changedAtMs),
        lastStatusChange: new Date(changedAtMs),
      })),
    };
  }
  return shape;
}

/** UpdateContainerInstancesState: up to 10; a 200 answer may carry failures (API reference, ECS API failure reasons). */
export function updateContainerInstancesState(
  world: EcsWorld,
): Operation<UpdateContainerInstancesStateRequest, UpdateContainerInstancesStateResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, instanceArns(world, request)),
    run: (request) => {
      requireAtMost(request.containerInstances ?? [], 10, 'Container instances');
      const { status } = request;
      if (status !== 'ACTIVE' && status !== 'DRAINING') {
        throw invalidParameter('Container instance status should be one of [ACTIVE,DRAINING].');
      }
      const refused: Failure[] = [];
      const { results, failures } = eachInstance(world, request, (instance) => {
        if (instance.status === 'INACTIVE') {
          refused.push({ arn: instance.arn, reason: 'INACTIVE' });
          return [];
        }
        setState(world, instance, status);
        return [containerInstanceShape(instance)];
      });
      return { containerInstances: results.flat(), failures: [...failures, ...refused] };
    },
  };
}

/** DeregisterContainerInstance: refused while tasks run, unless forced. */
export function deregisterContainerInstance(
  world: EcsWorld,
): Operation<DeregisterContainerInstanceRequest, DeregisterContainerInstanceResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, [clusterArn(world, request.cluster)]),
    run: (request) => {
      const instance = findContainerInstance(findCluster(world, request.cluster), request.containerInstance ?? '');
      if (instance === undefined) throw invalidParameter('Referenced container instance not found.');
      if (instance.status === 'INACTIVE') throw invalidParameter('Referenced container instance is inactive.');
      if (instance.tasks.size > 0 && request.force !== true) {
        throw invalidParameter('Found running tasks on the instance.');
      }
      deregister(world, instance, 'Container instance deregistration forced by user.');
      return { containerInstance: containerInstanceShape(instance) };
    },
  };
}

/** UpdateContainerAgent: the agent restarts with the new version and says how it went in `agentUpdateStatus`. */
export function updateContainerAgent(
  world: EcsWorld,
): Operation<UpdateContainerAgentRequest, UpdateContainerAgentResponse> {
  return {
    authorize: (request) =>
      withinCluster(world, request.cluster, [
        arnWithin(world, 'container-instance', {
          cluster: request.cluster,
          identifier: request.containerInstance ?? '',
        }),
      ]),
    run: (request) => {
      const instance = findContainerInstance(findCluster(world, request.cluster), request.containerInstance ?? '');
      if (instance === undefined || instance.status === 'INACTIVE') {
        throw invalidParameter('Referenced container instance not found.');
      }
      if (!instance.agentConnected) throw new AwsError('ClientException', 'The container agent is not connected.');
      if (instance.agentUpdateStatus !== undefined && !['UPDATED', 'FAILED'].includes(instance.agentUpdateStatus)) {
        throw new AwsError(
          'UpdateInProgressException',
          'There is already a current Amazon ECS container agent update in progress on the container instance that is specified.',
        );
      }
      if (!updateAgent(world, instance)) {
        throw new AwsError(
          'NoUpdateAvailableException',
          'There is no update available for this Amazon ECS container agent.',
        );
      }
      return { containerInstance: containerInstanceShape(instance) };
    },
  };
}
