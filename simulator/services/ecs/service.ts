import * as schemas from '@aws-sdk/client-ecs';
import type { RequestBudget, SimulatedService } from '../../wire/service.ts';
import {
  deleteAttributes,
  listTagsForResource,
  putAttributes,
  tagResource,
  untagResource,
} from './operations/attributes-and-tags.ts';
import { createCluster, describeCapacityProviders, describeClusters, listClusters } from './operations/clusters.ts';
import {
  deregisterContainerInstance,
  describeContainerInstances,
  updateContainerAgent,
  updateContainerInstancesState,
} from './operations/container-instances.ts';
import { describeTaskDefinition } from './operations/describe-task-definition.ts';
import { listContainerInstances } from './operations/list-container-instances.ts';
import { listTasks } from './operations/list-tasks.ts';
import { registerTaskDefinition } from './operations/register-task-definition.ts';
import { createService, describeServices, listServices, updateService } from './operations/services.ts';
import { getTaskProtection, updateTaskProtection } from './operations/task-protection.ts';
import { describeTasks, runTask, startTask, stopTask } from './operations/tasks.ts';
import type { EcsWorld } from './state.ts';

/** Request throttling quotas (Amazon ECS API reference, Request throttling for the Amazon ECS API). */
const BUDGETS: readonly RequestBudget[] = [
  {
    operations: ['ListContainerInstances', 'DescribeContainerInstances', 'ListTasks', 'DescribeTasks'],
    burst: 100,
    perSecond: 20,
  },
  {
    operations: [
      'UpdateContainerInstancesState',
      'DeregisterContainerInstance',
      'PutAttributes',
      'DeleteAttributes',
      'StopTask',
      'RunTask',
      'StartTask',
      'UpdateContainerAgent',
    ],
    burst: 100,
    perSecond: 40,
  },
  { operations: ['DescribeServices', 'ListServices'], burst: 100, perSecond: 20 },
  { operations: ['ListClusters', 'DescribeClusters'], burst: 50, perSecond: 20 },
  { operations: ['DescribeCapacityProviders'], burst: 50, perSecond: 20 },
  { operations: ['TagResource', 'UntagResource'], burst: 20, perSecond: 10 },
  { operations: ['ListTagsForResource'], burst: 50, perSecond: 20 },
  { operations: ['GetTaskProtection', 'UpdateTaskProtection'], burst: 200, perSecond: 80 },
];

export function createEcsService(world: EcsWorld): SimulatedService {
  return {
    name: 'ecs',
    protocol: 'awsJson1_1',
    schemas,
    budgets: BUDGETS,
    operations: {
      CreateCluster: createCluster(world),
      CreateService: createService(world),
      DeleteAttributes: deleteAttributes(world),
      DeregisterContainerInstance: deregisterContainerInstance(world),
      DescribeCapacityProviders: describeCapacityProviders(world),
      DescribeClusters: describeClusters(world),
      DescribeContainerInstances: describeContainerInstances(world),
      DescribeServices: describeServices(world),
      DescribeTaskDefinition: describeTaskDefinition(world),
      DescribeTasks: describeTasks(world),
      GetTaskProtection: getTaskProtection(world),
      ListClusters: listClusters(world),
      ListContainerInstances: listContainerInstances(world),
      ListServices: listServices(world),
      ListTagsForResource: listTagsForResource(world),
      ListTasks: listTasks(world),
      PutAttributes: putAttributes(world),
      RegisterTaskDefinition: registerTaskDefinition(world),
      RunTask: runTask(world),
      StartTask: startTask(world),
      StopTask: stopTask(world),
      TagResource: tagResource(world),
      UntagResource: untagResource(world),
      UpdateContainerAgent: updateContainerAgent(world),
      UpdateContainerInstancesState: updateContainerInstancesState(world),
      UpdateService: updateService(world),
      UpdateTaskProtection: updateTaskProtection(world),
    },
  };
}
