import type { RequestBudget } from '../../wire/service.ts';

/** Request throttling quotas (Amazon ECS API reference, Request throttling for the Amazon ECS API). */
export const REQUEST_BUDGETS: readonly RequestBudget[] = [
  {
    operations: [
      'CreateCluster',
      'DeleteCluster',
      'PutClusterCapacityProviders',
      'UpdateCluster',
      'UpdateClusterSettings',
    ],
    burst: 20,
    perSecond: 1,
  },
  { operations: ['ListClusters', 'DescribeClusters'], burst: 50, perSecond: 20 },
  { operations: ['DeregisterTaskDefinition', 'RegisterTaskDefinition'], burst: 20, perSecond: 1 },
  {
    operations: ['DescribeTaskDefinition', 'ListTaskDefinitions', 'ListTaskDefinitionFamilies'],
    burst: 50,
    perSecond: 20,
  },
  { operations: ['DeleteTaskDefinitions'], burst: 5, perSecond: 1 },
  {
    operations: ['CreateCapacityProvider', 'DeleteCapacityProvider', 'UpdateCapacityProvider'],
    burst: 10,
    perSecond: 1,
  },
  { operations: ['DescribeCapacityProviders'], burst: 50, perSecond: 20 },
  { operations: ['TagResource', 'UntagResource'], burst: 20, perSecond: 10 },
  { operations: ['ListTagsForResource'], burst: 50, perSecond: 20 },
  { operations: ['DeleteAccountSetting', 'PutAccountSetting', 'PutAccountSettingDefault'], burst: 10, perSecond: 1 },
  { operations: ['ListAccountSettings'], burst: 50, perSecond: 20 },
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
  {
    operations: [
      'ListContainerInstances',
      'DescribeContainerInstances',
      'ListTasks',
      'DescribeTasks',
      'ListAttributes',
    ],
    burst: 100,
    perSecond: 20,
  },
  { operations: ['CreateService', 'DeleteService', 'UpdateService'], burst: 50, perSecond: 5 },
  { operations: ['DescribeServices', 'ListServices'], burst: 100, perSecond: 20 },
  { operations: ['GetTaskProtection', 'UpdateTaskProtection'], burst: 200, perSecond: 80 },
];
