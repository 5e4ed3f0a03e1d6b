import type { AutoScalingGroupsType, LifecycleHook } from '@aws-sdk/client-auto-scaling';
import type { DescribeInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { ContainerInstance, Service, Task } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { Credentials } from '../../../simulator/wire/credentials.ts';
import { createOperatorCall } from '../../../simulator/wire/sdk-client.ts';
import { settle } from '../../../simulator/wire/settle.ts';
import { createWire } from '../../../simulator/wire/wire.ts';
import { createConnectedFleet, inService, MINUTE } from '../fleet-fixture.ts';

/** The fleet as the official clients see it. */
async function wiredFleet() {
  const fleet = await createConnectedFleet({
    lifecycleHooks: [{ name: 'drain', transition: 'autoscaling:EC2_INSTANCE_TERMINATING' }],
    capacityProvider: { name: 'nodes', managedDraining: false },
    tags: { team: 'a' },
  });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2, tags: { tier: 'front' } });
  await fleet.runFor(3 * MINUTE);
  const defects: unknown[] = [];
  const wire = createWire(fleet.kernel, fleet.services, {
    credentials: new Credentials(),
    authorize: () => undefined,
    onDefect: (error) => defects.push(error),
  });
  const operatorCall = createOperatorCall(wire, fleet.kernel.place.region, () => fleet.kernel.random.uuid());
  const send = async <Output>(service: string, operation: string, input: Record<string, unknown> = {}) => {
    const simulated = fleet.services.find(({ name }) => name === service);
    if (simulated === undefined) throw new Error(service);
    const output = await settle(fleet.kernel.clock, operatorCall(simulated, operation, input));
    expect(defects).toEqual([]);
    return output as Output;
  };
  return { fleet, send };
}

test('every operation is one that the official client has', async () => {
  const { fleet } = await wiredFleet();
  for (const { operations, schemas } of fleet.services) {
    for (const name of Object.keys(operations)) expect(schemas).toHaveProperty(`${name}$`);
  }
});

test('every published budget names operations that exist, each once', async () => {
  const { fleet } = await wiredFleet();
  for (const { operations, budgets = [] } of fleet.services) {
    const budgeted = budgets.flatMap((budget) => budget.operations);
    expect(budgeted.filter((name) => !(name in operations))).toEqual([]);
    expect(new Set(budgeted).size).toBe(budgeted.length);
  }
});

test('ECS answers with whole container instances, tasks and services', async () => {
  const { send } = await wiredFleet();
  const cluster = 'main';
  const { containerInstanceArns } = await send<{ containerInstanceArns: string[] }>('ecs', 'ListContainerInstances', {
    cluster,
  });
  const { containerInstances } = await send<{ containerInstances: ContainerInstance[] }>(
    'ecs',
    'DescribeContainerInstances',
    { cluster, containerInstances: containerInstanceArns, include: ['TAGS', 'CONTAINER_INSTANCE_HEALTH'] },
  );
  expect(containerInstances[0]).toMatchObject({
    status: 'ACTIVE',
    agentConnected: true,
    capacityProviderName: 'nodes',
    registeredAt: expect.any(Date),
    runningTasksCount: 1,
    healthStatus: { overallStatus: 'OK', details: [{ type: 'AGENT_CONNECTIVITY' }] },
  });
  expect(containerInstances[0]?.attributes).toContainEqual({ name: 'ecs.availability-zone', value: 'eu-central-1a' });

  const { taskArns } = await send<{ taskArns: string[] }>('ecs', 'ListTasks', { cluster, serviceName: 'web' });
  const { tasks } = await send<{ tasks: Task[] }>('ecs', 'DescribeTasks', { cluster, tasks: taskArns });
  expect(tasks[0]).toMatchObject({ lastStatus: 'RUNNING', group: 'service:web', startedAt: expect.any(Date) });

  const { services } = await send<{ services: Service[] }>('ecs', 'DescribeServices', {
    cluster,
    services: ['web'],
    include: ['TAGS'],
  });
  expect(services[0]).toMatchObject({ runningCount: 2, tags: [{ key: 'tier', value: 'front' }] });
  expect(services[0]?.events?.[0]?.message).toBe('(service web) has reached a steady state.');
});

test('Auto Scaling and EC2 answer with groups, hooks and instances', async () => {
  const { fleet, send } = await wiredFleet();
  const [id = ''] = inService(fleet);

  const { AutoScalingGroups } = await send<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups', {
    Filters: [{ Name: 'tag:team', Values: ['a'] }],
  });
  expect(AutoScalingGroups?.[0]).toMatchObject({ DesiredCapacity: 2, CreatedTime: expect.any(Date) });
  expect(AutoScalingGroups?.[0]?.Instances?.[0]).toMatchObject({ InstanceId: id, LifecycleState: 'InService' });

  const { LifecycleHooks } = await send<{ LifecycleHooks: LifecycleHook[] }>('autoscaling', 'DescribeLifecycleHooks', {
    AutoScalingGroupName: 'nodes',
  });
  expect(LifecycleHooks).toMatchObject([{ LifecycleHookName: 'drain', DefaultResult: 'ABANDON' }]);

  const { Reservations } = await send<DescribeInstancesCommandOutput>('ec2', 'DescribeInstances', {
    InstanceIds: [id],
  });
  expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
    InstanceId: id,
    State: { Name: 'running', Code: 16 },
    LaunchTime: expect.any(Date),
  });
});

test('errors reach the client under the names that AWS gives them', async () => {
  const { send } = await wiredFleet();
  const completion = {
    AutoScalingGroupName: 'nodes',
    LifecycleHookName: 'drain',
    InstanceId: 'i-00000000000000000',
    LifecycleActionResult: 'CONTINUE',
  };

  await expect(send('ecs', 'ListTasks', { cluster: 'nowhere' })).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
  });
  await expect(send('autoscaling', 'CompleteLifecycleAction', completion)).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'No active Lifecycle Action found with instance ID i-00000000000000000',
  });
  await expect(send('ec2', 'DescribeInstances', { InstanceIds: ['i-00000000000000000'] })).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
  });
});
