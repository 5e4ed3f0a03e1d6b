import { expect, test } from 'vitest';
import { type ServedWorld, serveWorld } from './served-world.ts';

const cluster = 'prod';
const container = { name: 'main', image: 'busybox', cpu: 64, memory: 128, essential: true };

interface Names {
  readonly instance: string;
  readonly task: string;
  readonly serviceTask: string;
}

async function namesIn(world: ServedWorld): Promise<Names> {
  const first = async (operation: string, member: string, input: object = {}) => {
    const answer = await world.call<Record<string, string[]>>('ecs', operation, { cluster, ...input });
    return answer[member]?.[0] ?? '';
  };
  return {
    instance: await first('ListContainerInstances', 'containerInstanceArns'),
    task: await first('ListTasks', 'taskArns', { family: 'job' }),
    serviceTask: await first('ListTasks', 'taskArns', { serviceName: 'api' }),
  };
}

/** One call of each operation that ends well; a number is how many virtual seconds pass in between. */
const calls = ({
  instance,
  task,
  serviceTask,
}: Names): readonly (readonly [operation: string, input?: object] | number)[] => [
  ['PutAccountSettingDefault', { name: 'containerInsights', value: 'enhanced' }],
  ['PutAccountSetting', { name: 'containerInsights', value: 'enabled' }],
  ['ListAccountSettings', { effectiveSettings: true }],
  ['DeleteAccountSetting', { name: 'containerInsights' }],
  ['CreateCluster', { clusterName: 'second' }],
  ['UpdateCluster', { cluster: 'second', configuration: { executeCommandConfiguration: { logging: 'NONE' } } }],
  ['UpdateClusterSettings', { cluster: 'second', settings: [{ name: 'containerInsights', value: 'disabled' }] }],
  ['ListClusters'],
  ['DescribeClusters', { clusters: [cluster, 'second'], include: ['STATISTICS', 'SETTINGS', 'CONFIGURATIONS'] }],
  ['CreateCapacityProvider', { name: 'nodes', autoScalingGroupProvider: { autoScalingGroupArn: 'web' } }],
  ['UpdateCapacityProvider', { name: 'nodes', autoScalingGroupProvider: { managedDraining: 'DISABLED' } }],
  ['PutClusterCapacityProviders', { cluster, capacityProviders: ['nodes'], defaultCapacityProviderStrategy: [] }],
  60,
  ['PutClusterCapacityProviders', { cluster, capacityProviders: [], defaultCapacityProviderStrategy: [] }],
  ['DescribeCapacityProviders', { capacityProviders: ['nodes'], include: ['TAGS'] }],
  ['DeleteCapacityProvider', { capacityProvider: 'nodes' }],
  ['DescribeContainerInstances', { cluster, containerInstances: [instance], include: ['CONTAINER_INSTANCE_HEALTH'] }],
  ['PutAttributes', { cluster, attributes: [{ name: 'rack', value: '7', targetId: instance }] }],
  ['ListAttributes', { cluster, targetType: 'container-instance', attributeName: 'rack' }],
  ['DeleteAttributes', { cluster, attributes: [{ name: 'rack', targetId: instance }] }],
  ['RegisterTaskDefinition', { family: 'one', containerDefinitions: [container] }],
  ['RegisterTaskDefinition', { family: 'two', containerDefinitions: [container] }],
  ['DescribeTaskDefinition', { taskDefinition: 'one' }],
  ['ListTaskDefinitions', { familyPrefix: 'one' }],
  ['ListTaskDefinitionFamilies', { familyPrefix: 'o' }],
  ['DeregisterTaskDefinition', { taskDefinition: 'two:1' }],
  ['DeleteTaskDefinitions', { taskDefinitions: ['two:1'] }],
  ['CreateService', { cluster, serviceName: 'other', taskDefinition: 'one', desiredCount: 1 }],
  ['ListServices', { cluster }],
  ['DescribeServices', { cluster, services: ['other'] }],
  ['UpdateService', { cluster, service: 'other', desiredCount: 0 }],
  ['DeleteService', { cluster, service: 'other' }],
  ['RunTask', { cluster, taskDefinition: 'one' }],
  ['StartTask', { cluster, taskDefinition: 'one', containerInstances: [instance] }],
  ['ListTasks', { cluster }],
  ['DescribeTasks', { cluster, tasks: [task] }],
  ['UpdateTaskProtection', { cluster, tasks: [serviceTask], protectionEnabled: true }],
  ['GetTaskProtection', { cluster, tasks: [serviceTask] }],
  ['TagResource', { resourceArn: instance, tags: [{ key: 'team', value: 'platform' }] }],
  ['ListTagsForResource', { resourceArn: instance }],
  ['UntagResource', { resourceArn: instance, tagKeys: ['team'] }],
  ['StopTask', { cluster, task }],
  ['UpdateContainerAgent', { cluster, containerInstance: instance }],
  ['UpdateContainerInstancesState', { cluster, containerInstances: [instance], status: 'DRAINING' }],
  ['ListContainerInstances', { cluster, status: 'DRAINING' }],
  ['DeregisterContainerInstance', { cluster, containerInstance: instance, force: true }],
  ['DeleteCluster', { cluster: 'second' }],
];

test('every operation of ECS takes a call of the official client over HTTP', { timeout: 60_000 }, async () => {
  const world = await serveWorld();
  const called = new Set<string>();

  for (const step of calls(await namesIn(world))) {
    if (typeof step === 'number') {
      await world.control('advance', { seconds: step });
      continue;
    }
    const [operation, input] = step;
    called.add(operation);
    await world.call('ecs', operation, input).catch((error: Error) => {
      throw new Error(`${operation}: ${error.name}: ${error.message}`, { cause: error });
    });
  }

  const ecs = world.simulator.services.find(({ name }) => name === 'ecs');
  expect([...called].sort()).toEqual(Object.keys(ecs?.operations ?? {}).sort());
  expect(world.defects).toEqual([]);
});

test('errors, failures, dates and tags of the new operations come through whole', async () => {
  const world = await serveWorld();

  await expect(world.call('ecs', 'DeleteCluster', { cluster })).rejects.toMatchObject({
    name: 'ClusterContainsContainerInstancesException',
    message: 'The Cluster cannot be deleted while Container Instances are active or draining.',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(world.call('ecs', 'UpdateCluster', { cluster: 'nowhere' })).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
  });
  const registered = await world.call('ecs', 'RegisterTaskDefinition', {
    family: 'one',
    containerDefinitions: [container],
    tags: [{ key: 'team', value: 'platform' }],
  });
  expect(registered).toMatchObject({
    taskDefinition: { revision: 1, status: 'ACTIVE', registeredAt: expect.any(Date) },
    tags: [{ key: 'team', value: 'platform' }],
  });
  expect(await world.call('ecs', 'DeleteTaskDefinitions', { taskDefinitions: ['one:1'] })).toEqual({
    taskDefinitions: [],
    failures: [{ arn: 'one:1', reason: expect.stringContaining('still in ACTIVE status') }],
  });
  await expect(
    world.call('ecs', 'ExecuteCommand', { cluster, task: 'x', command: 'sh', interactive: true }),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('a burst of modifications meets the published budget', async () => {
  const world = await serveWorld();
  const register = () =>
    world.call('ecs', 'RegisterTaskDefinition', { family: 'one', containerDefinitions: [container] });

  const answers = await Promise.allSettled(Array.from({ length: 40 }, register));

  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused.length).toBeGreaterThanOrEqual(15);
  expect(refused[0]?.reason).toMatchObject({ name: 'ThrottlingException' });
});
