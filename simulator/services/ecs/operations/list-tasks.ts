import type { ListTasksRequest, ListTasksResponse } from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import { inOrder } from '../../pages.ts';
import type { Cluster, EcsWorld } from '../state.ts';
import type { Task } from '../task-state.ts';
import {
  arnWithin,
  clusterName,
  findCluster,
  findContainerInstance,
  findService,
  invalidParameter,
  lastPart,
  nextTokenOf,
  notModelled,
  pageOfItems,
  withinCluster,
} from './find.ts';

/**
 * ListTasks: tasks whose desiredStatus is RUNNING unless the request says STOPPED. Tasks that are still stopping are
 * therefore missing from the default answer (ListTasks, API reference). PENDING lists nothing: ECS never sets it.
 */
export function listTasks(world: EcsWorld): Operation<ListTasksRequest, ListTasksResponse> {
  return {
    authorize: (request) => {
      const { cluster, containerInstance } = request;
      const resource =
        containerInstance === undefined
          ? arn(world.context, 'ecs', `container-instance/${clusterName(cluster)}/*`)
          : arnWithin(world, 'container-instance', { cluster, identifier: containerInstance });
      return withinCluster(world, cluster, [resource]);
    },
    run: (request) => {
      if (request.daemonName !== undefined) throw notModelled('ECS-managed daemons (daemonName)');
      refuseMoreThanStartedBy(request);
      const desiredStatus = request.desiredStatus ?? 'RUNNING';
      const found = candidates(findCluster(world, request.cluster), { ...request, desiredStatus });
      const tasks = found.filter((task) => task.desiredStatus === desiredStatus && matches(task, request));
      const page = pageOfItems(inOrder(tasks), request);
      return { taskArns: page.items.map((task) => task.arn), ...nextTokenOf(page) };
    },
  };
}

/** "When you specify startedBy as the filter, it must be the only filter that you use" (ListTasks, API reference). */
function refuseMoreThanStartedBy(request: ListTasksRequest): void {
  const { startedBy, containerInstance, family, serviceName, desiredStatus, launchType } = request;
  if (startedBy === undefined) return;
  const other = Object.entries({ containerInstance, family, serviceName, desiredStatus, launchType }).find(
    ([, value]) => value !== undefined,
  );
  if (other !== undefined) throw invalidParameter(`startedBy must be the only filter: ${other[0]} is given too.`);
}

function candidates(cluster: Cluster, request: ListTasksRequest): Task[] {
  const { desiredStatus: status } = request;
  if (status === 'PENDING') return [];
  if (request.containerInstance !== undefined) {
    const instance = findContainerInstance(cluster, request.containerInstance);
    if (instance === undefined) throw invalidParameter('Container instance not found.');
    return [...(status === 'STOPPED' ? instance.stoppedTasks : instance.tasks)];
  }
  if (request.serviceName !== undefined) {
    const service = findService(cluster, request.serviceName);
    if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    if (status === 'RUNNING') return [...service.tasks];
  }
  return [...(status === 'STOPPED' ? cluster.stoppedTasks : cluster.runningTasks)];
}

function matches(task: Task, request: ListTasksRequest): boolean {
  const { serviceName, family, startedBy, launchType } = request;
  return (
    (serviceName === undefined || task.service?.name === lastPart(serviceName)) &&
    (family === undefined || task.definition.family === family) &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (launchType === undefined || task.launchType === launchType)
  );
}
