import * as schemas from '@aws-sdk/client-ecs';
import type { SimulatedService } from '../../wire/service.ts';
import {
  deleteAccountSetting,
  listAccountSettings,
  putAccountSetting,
  putAccountSettingDefault,
} from './operations/account-settings.ts';
import { deleteAttributes, listAttributes, putAttributes } from './operations/attributes.ts';
import {
  createCapacityProvider,
  deleteCapacityProvider,
  describeCapacityProviders,
  updateCapacityProvider,
} from './operations/capacity-providers.ts';
import {
  deleteCluster,
  putClusterCapacityProviders,
  updateCluster,
  updateClusterSettings,
} from './operations/change-clusters.ts';
import { createCluster, describeClusters, listClusters } from './operations/clusters.ts';
import {
  deregisterContainerInstance,
  describeContainerInstances,
  updateContainerAgent,
  updateContainerInstancesState,
} from './operations/container-instances.ts';
import { createService } from './operations/create-service.ts';
import { listContainerInstances } from './operations/list-container-instances.ts';
import { listTasks } from './operations/list-tasks.ts';
import { registerTaskDefinition } from './operations/register-task-definition.ts';
import { runTask, startTask } from './operations/run-task.ts';
import { deleteService, describeServices, listServices } from './operations/services.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import {
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
} from './operations/task-definitions.ts';
import { getTaskProtection, updateTaskProtection } from './operations/task-protection.ts';
import { describeTasks, stopTask } from './operations/tasks.ts';
import { updateService } from './operations/update-service.ts';
import { REQUEST_BUDGETS } from './request-budgets.ts';
import type { EcsWorld } from './state.ts';

export function createEcsService(world: EcsWorld): SimulatedService {
  return {
    name: 'ecs',
    protocol: 'awsJson1_1',
    schemas,
    budgets: REQUEST_BUDGETS,
    operations: {
      CreateCapacityProvider: createCapacityProvider(world),
      CreateCluster: createCluster(world),
      CreateService: createService(world),
      DeleteAccountSetting: deleteAccountSetting(world),
      DeleteCapacityProvider: deleteCapacityProvider(world),
      DeleteCluster: deleteCluster(world),
      DeleteService: deleteService(world),
      DeleteTaskDefinitions: deleteTaskDefinitions(world),
      DeregisterTaskDefinition: deregisterTaskDefinition(world),
      ListAccountSettings: listAccountSettings(world),
      ListTaskDefinitionFamilies: listTaskDefinitionFamilies(world),
      ListTaskDefinitions: listTaskDefinitions(world),
      PutAccountSetting: putAccountSetting(world),
      PutAccountSettingDefault: putAccountSettingDefault(world),
      PutClusterCapacityProviders: putClusterCapacityProviders(world),
      UpdateCapacityProvider: updateCapacityProvider(world),
      UpdateCluster: updateCluster(world),
      UpdateClusterSettings: updateClusterSettings(world),
      DeleteAttributes: deleteAttributes(world),
      DeregisterContainerInstance: deregisterContainerInstance(world),
      DescribeCapacityProviders: describeCapacityProviders(world),
      DescribeClusters: describeClusters(world),
      DescribeContainerInstances: describeContainerInstances(world),
      DescribeServices: describeServices(world),
      DescribeTaskDefinition: describeTaskDefinition(world),
      DescribeTasks: describeTasks(world),
      GetTaskProtection: getTaskProtection(world),
      ListAttributes: listAttributes(world),
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
