import { describe, expect, test } from 'vitest';
import {
  completeLifecycleAction,
  describeAutoScalingInstances,
  describeLifecycleHooks,
  listWaitingInstances,
  recordHeartbeat,
} from '../../../shared/aws/auto-scaling.ts';
import { describeClusterTags, listClusters } from '../../../shared/aws/clusters.ts';
import {
  deregisterContainerInstance,
  describeContainerInstances,
  findRegistrations,
  listContainerInstanceArns,
  setContainerInstancesState,
} from '../../../shared/aws/container-instances.ts';
import { describeEc2Instances } from '../../../shared/aws/ec2.ts';
import { listTasksOn } from '../../../shared/aws/tasks.ts';
import { awsError, cluster, ec2Id, instanceArn } from './builders.ts';
import { strictAutoScaling, strictEc2, strictEcs } from './strict-client.ts';

const { ecs, mock: ecsMock } = strictEcs();
const { autoScaling, mock: autoScalingMock } = strictAutoScaling();
const { ec2, mock: ec2Mock } = strictEc2();
const action = { ec2InstanceId: ec2Id(1), groupName: 'shop', hookName: 'ebbtide-terminate' };

const gateways: Record<string, () => Promise<unknown>> = {
  listClusters: () => listClusters(ecs),
  describeClusterTags: () => describeClusterTags(ecs, [cluster]),
  listContainerInstanceArns: () => listContainerInstanceArns(ecs, cluster),
  findRegistrations: () => findRegistrations(ecs, cluster, [ec2Id(1)]),
  describeContainerInstances: () => describeContainerInstances(ecs, cluster, [instanceArn(1)]),
  setContainerInstancesState: () => setContainerInstancesState(ecs, cluster, [instanceArn(1)], 'ACTIVE'),
  deregisterContainerInstance: () => deregisterContainerInstance(ecs, cluster, instanceArn(1)),
  listTasksOn: () => listTasksOn(ecs, cluster, instanceArn(1)),
  describeAutoScalingInstances: () => describeAutoScalingInstances(autoScaling, [ec2Id(1)]),
  listWaitingInstances: () => listWaitingInstances(autoScaling),
  describeLifecycleHooks: () => describeLifecycleHooks(autoScaling, 'shop'),
  completeLifecycleAction: () => completeLifecycleAction(autoScaling, action, 'CONTINUE'),
  recordHeartbeat: () => recordHeartbeat(autoScaling, action),
  describeEc2Instances: () => describeEc2Instances(ec2, [ec2Id(1)]),
};

const unexpected = [
  awsError('ThrottlingException', 'Rate exceeded'),
  awsError('AccessDeniedException', 'is not authorized to perform'),
  awsError('ServerException'),
  awsError('TimeoutError', 'socket hang up'),
  // The names and the words of expected errors, but not together.
  awsError('ServerException', 'No active Lifecycle Action found, AutoScalingGroup name not found'),
  awsError('ValidationError', 'ClusterNotFoundException'),
];

describe.each(Object.entries(gateways))('%s', (_name, call) => {
  test.each(unexpected)('passes on what it does not expect: $name, $message', async (error) => {
    ecsMock.onAnyCommand().rejects(error);
    autoScalingMock.onAnyCommand().rejects(error);
    ec2Mock.onAnyCommand().rejects(error);

    await expect(call()).rejects.toBe(error);
  });
});
