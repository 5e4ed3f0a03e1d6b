import { describe, expect, test } from 'vitest';
import {
  completeLifecycleAction,
  describeAutoScalingInstances,
  describeGroup,
  describeLifecycleHooks,
  listGroups,
  recordHeartbeat,
  replaceUnhealthy,
  terminateInGroup,
} from '../../../shared/aws/auto-scaling.ts';
import { describeClusterTags, listClusters } from '../../../shared/aws/clusters.ts';
import {
  deregisterContainerInstance,
  describeContainerInstances,
  findRegistrations,
  listContainerInstanceArns,
  setContainerInstancesState,
} from '../../../shared/aws/container-instances.ts';
import { describeEc2Instances, describeEc2StatusChecks } from '../../../shared/aws/ec2.ts';
import { putIncidentEvents } from '../../../shared/aws/events.ts';
import { describeServices } from '../../../shared/aws/services.ts';
import { commandOutcome, restartAgent } from '../../../shared/aws/ssm.ts';
import { describeStopTimeouts } from '../../../shared/aws/task-definitions.ts';
import { getTaskProtections, listTasksOn, stopTask } from '../../../shared/aws/tasks.ts';
import { awsError, cluster, ec2Id, incidentEvent, instanceArn, taskArn, taskDefinitionArn } from './builders.ts';
import { strictAutoScaling, strictEc2, strictEcs, strictEventBridge, strictSsm } from './strict-client.ts';

const { ecs, mock: ecsMock } = strictEcs();
const { autoScaling, mock: autoScalingMock } = strictAutoScaling();
const { ec2, mock: ec2Mock } = strictEc2();
const { ssm, mock: ssmMock } = strictSsm();
const { eventBridge, mock: eventBridgeMock } = strictEventBridge();
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
  listGroups: () => listGroups(autoScaling),
  describeLifecycleHooks: () => describeLifecycleHooks(autoScaling, 'shop'),
  completeLifecycleAction: () => completeLifecycleAction(autoScaling, action, 'CONTINUE'),
  recordHeartbeat: () => recordHeartbeat(autoScaling, action),
  describeGroup: () => describeGroup(autoScaling, 'shop'),
  replaceUnhealthy: () => replaceUnhealthy(autoScaling, ec2Id(1)),
  terminateInGroup: () => terminateInGroup(autoScaling, ec2Id(1)),
  describeEc2Instances: () => describeEc2Instances(ec2, [ec2Id(1)]),
  describeEc2StatusChecks: () => describeEc2StatusChecks(ec2, [ec2Id(1), ec2Id(2)]),
  describeServices: () => describeServices(ecs, cluster, ['web']),
  describeStopTimeouts: () => describeStopTimeouts(ecs, [taskDefinitionArn(1)]),
  stopTask: () => stopTask(ecs, cluster, taskArn(1), 'no reason'),
  getTaskProtections: () => getTaskProtections(ecs, cluster, [taskArn(1)]),
  restartAgent: () => restartAgent(ssm, ec2Id(1)),
  commandOutcome: () => commandOutcome(ssm, ec2Id(1), '5f0c1c3e-9f0e-4a55-9d3c-0b1c2d3e4f50'),
  putIncidentEvents: () => putIncidentEvents(eventBridge, [incidentEvent(1)]),
};

const unexpected = [
  awsError('ThrottlingException', 'Rate exceeded'),
  awsError('AccessDeniedException', 'is not authorized to perform'),
  awsError('ServerException'),
  awsError('TimeoutError', 'socket hang up'),
  // The names and the words of expected errors, but not together.
  awsError('ServerException', 'No active Lifecycle Action found, AutoScalingGroup name not found'),
  awsError('ValidationError', 'ClusterNotFoundException'),
  awsError('ResourceContentionFault', 'No managed instance found, less than the configured grace period'),
  awsError('InternalServerError', 'InvalidInstanceId, InvocationDoesNotExist, InvalidInstanceID.NotFound'),
];

describe.each(Object.entries(gateways))('%s', (_name, call) => {
  test.each(unexpected)('passes on what it does not expect: $name, $message', async (error) => {
    ecsMock.onAnyCommand().rejects(error);
    autoScalingMock.onAnyCommand().rejects(error);
    ec2Mock.onAnyCommand().rejects(error);
    ssmMock.onAnyCommand().rejects(error);
    eventBridgeMock.onAnyCommand().rejects(error);

    await expect(call()).rejects.toBe(error);
  });
});
