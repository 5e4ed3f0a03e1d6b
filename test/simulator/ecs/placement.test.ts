import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  drain,
  type FleetFixture,
  inService,
  MINUTE,
  registrationOf,
  tasksOn,
} from '../fleet-fixture.ts';

function register(fleet: FleetFixture, input: object = {}, container: object = {}) {
  const containerDefinitions = [{ name: 'main', image: 'busybox', cpu: 64, memory: 128, ...container }];
  fleet.call('ecs', 'RegisterTaskDefinition', { family: 'job', containerDefinitions, ...input });
}

interface Run {
  readonly tasks: { taskArn: string; containerInstanceArn: string; capacityProviderName?: string }[];
  readonly failures: { arn: string; reason: string }[];
}

const run = (fleet: FleetFixture, input: object = {}) =>
  fleet.call<Run>('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'job', ...input });

const label = (fleet: FleetFixture, id: string, value: string) =>
  fleet.call('ecs', 'PutAttributes', {
    cluster: 'main',
    attributes: [{ name: 'rack', value, targetId: registrationOf(fleet, id).arn }],
  });

describe('RunTask', () => {
  test('places only where a memberOf constraint allows, be it of the request or of the definition', async () => {
    const fleet = await createConnectedFleet();
    const [first = '', second = ''] = inService(fleet);
    label(fleet, first, 'a');
    label(fleet, second, 'b');
    register(fleet, { placementConstraints: [{ type: 'memberOf', expression: 'attribute:rack in [a, b]' }] });

    const only = (expression: string) =>
      run(fleet, { placementConstraints: [{ type: 'memberOf', expression }], count: 3 });
    const arn = registrationOf(fleet, second).arn;
    expect(only('attribute:rack == b').tasks.map((task) => task.containerInstanceArn)).toEqual([arn, arn, arn]);
    expect(only('attribute:rack == c')).toMatchObject({
      tasks: [],
      failures: [{ reason: 'MemberOf placement constraint unsatisfied.' }, {}, {}],
    });
  });

  test('gives each task of a group an instance of its own where they are to be distinct', async () => {
    const fleet = await createConnectedFleet();
    register(fleet);
    const placementConstraints = [{ type: 'distinctInstance' }];

    const { tasks, failures } = run(fleet, { placementConstraints, count: 3 });
    expect(new Set(tasks.map((task) => task.containerInstanceArn)).size).toBe(2);
    expect(failures).toMatchObject([{ reason: 'DistinctInstance placement constraint unsatisfied.' }]);
    expect(run(fleet, { placementConstraints, group: 'another' }).failures).toEqual([]);
  });

  test.each([
    ['fills one instance before the next with binpack', [{ type: 'binpack', field: 'memory' }], [4]],
    ['fills each evenly with spread', [{ type: 'spread', field: 'instanceId' }], [2, 2]],
    ['spreads over the values of an attribute', [{ type: 'spread', field: 'attribute:ecs.availability-zone' }], [2, 2]],
  ])('%s', async (_, placementStrategy, counts) => {
    const fleet = await createConnectedFleet();
    register(fleet);
    const { tasks } = run(fleet, { placementStrategy, count: 4 });
    const perInstance = Map.groupBy(tasks, (task) => task.containerInstanceArn);
    expect([...perInstance.values()].map((group) => group.length).sort()).toEqual(counts);
  });

  test('places at random, yet the same with the same seed', async () => {
    const places = async (seed: number) => {
      const fleet = await createConnectedFleet({ desired: 5 }, { seed });
      register(fleet);
      return run(fleet, { placementStrategy: [{ type: 'random' }], count: 10 }).tasks.map(
        (one) => one.containerInstanceArn,
      );
    };
    expect(await places(3)).toEqual(await places(3));
    expect(new Set(await places(3)).size).toBeGreaterThan(2);
  });

  test('gives a port of the host to one task only, until that task has stopped', async () => {
    const fleet = await createConnectedFleet({ desired: 1 });
    register(fleet, {}, { portMappings: [{ containerPort: 80, hostPort: 8_080 }] });
    const [task] = run(fleet).tasks;

    expect(run(fleet)).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:PORTS' }] });
    fleet.call('ecs', 'StopTask', { cluster: 'main', task: task?.taskArn });
    await fleet.runFor(MINUTE);
    expect(run(fleet).failures).toEqual([]);
  });

  test('with the same client token runs nothing twice', async () => {
    const fleet = await createConnectedFleet();
    register(fleet);
    const first = run(fleet, { clientToken: 'one' });

    expect(run(fleet, { clientToken: 'one' })).toEqual(first);
    expect(fleet.views.tasks()).toHaveLength(1);
    const other = { cluster: 'main', taskDefinition: 'job', clientToken: 'one', count: 2 };
    expect(fleet.errorOf('ecs', 'RunTask', other).code).toBe('ConflictException');
  });

  test.each<[why: string, input: object, code: string]>([
    [
      'a strategy field that is none',
      { placementStrategy: [{ type: 'binpack', field: 'disk' }] },
      'InvalidParameterException',
    ],
    [
      'an expression that is none',
      { placementConstraints: [{ type: 'memberOf', expression: '==' }] },
      'InvalidParameterException',
    ],
    [
      'an override of an unknown container',
      { overrides: { containerOverrides: [{ name: 'x' }] } },
      'InvalidParameterException',
    ],
    ['an override of its size', { overrides: { memory: '9' } }, 'UnsupportedFeatureException'],
    ['ECS Exec', { enableExecuteCommand: true }, 'UnsupportedFeatureException'],
    ['a starter of 129 characters', { startedBy: 'x'.repeat(129) }, 'InvalidParameterException'],
  ])('refuses %s', async (_, input, code) => {
    const fleet = await createConnectedFleet();
    register(fleet);
    expect(fleet.errorOf('ecs', 'RunTask', { cluster: 'main', taskDefinition: 'job', ...input }).code).toBe(code);
  });
});

describe('a capacity provider strategy', () => {
  /** Groups and providers `a` and `b`, with two instances each. */
  async function twoProviders() {
    const fleet = await createConnectedFleet({ name: 'a', capacityProvider: { name: 'a', managedDraining: false } });
    const provider = { name: 'b', managedDraining: false };
    fleet.world.createAutoScalingGroup({ name: 'b', cluster: 'main', desired: 2, capacityProvider: provider });
    await fleet.runUntil(() => fleet.views.containerInstances().filter((one) => one.agentConnected).length === 4);
    register(fleet);
    return fleet;
  }
  const countOf = ({ tasks }: Run, name: string) => tasks.filter((task) => task.capacityProviderName === name).length;

  test('places the base first, and the rest by weight', async () => {
    const fleet = await twoProviders();
    const capacityProviderStrategy = [
      { capacityProvider: 'a', base: 2, weight: 1 },
      { capacityProvider: 'b', weight: 3 },
    ];
    const placed = run(fleet, { capacityProviderStrategy, count: 10 });
    expect([countOf(placed, 'a'), countOf(placed, 'b')]).toEqual([4, 6]);
  });

  test('gives a provider without weight its base and no more', async () => {
    const fleet = await twoProviders();
    const capacityProviderStrategy = [
      { capacityProvider: 'a', base: 2 },
      { capacityProvider: 'b', weight: 1 },
    ];
    const placed = run(fleet, { capacityProviderStrategy, count: 5 });
    expect([countOf(placed, 'a'), countOf(placed, 'b')]).toEqual([2, 3]);
  });

  test('of the cluster holds where the request says nothing, and not for a launch type', async () => {
    const fleet = await twoProviders();
    fleet.call('ecs', 'PutClusterCapacityProviders', {
      cluster: 'main',
      capacityProviders: ['a', 'b'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'b', weight: 1 }],
    });
    expect(countOf(run(fleet, { count: 4 }), 'b')).toBe(4);
    expect(countOf(run(fleet, { count: 4, launchType: 'EC2' }), 'b')).toBe(0);
  });

  test('says of a service without room that its provider has no instances', async () => {
    const fleet = await twoProviders();
    drain(fleet, ...inService(fleet).slice(2));
    fleet.call('ecs', 'CreateService', {
      cluster: 'main',
      serviceName: 'web',
      taskDefinition: 'job',
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: 'b', weight: 1 }],
    });
    await fleet.runFor(MINUTE);
    expect(fleet.call('ecs', 'DescribeServices', { cluster: 'main', services: ['web'] })).toMatchObject({
      services: [{ events: [{ message: expect.stringContaining('were found in your capacity provider.') }] }],
    });
  });
});

test('a service whose constraint no instance meets starts when an attribute makes one meet it', async () => {
  const fleet = await createConnectedFleet();
  const [first = ''] = inService(fleet);
  register(fleet);
  const placementConstraints = [{ type: 'memberOf', expression: 'attribute:rack == a' }];
  const service = { cluster: 'main', serviceName: 'web', taskDefinition: 'job', desiredCount: 1 };
  fleet.call('ecs', 'CreateService', { ...service, placementConstraints });
  await fleet.runFor(MINUTE);
  expect(fleet.views.tasks()).toEqual([]);

  label(fleet, first, 'a');
  await fleet.runFor(10_000);
  expect(tasksOn(fleet, first)).toHaveLength(1);
});

test('a service of launch type EC2 has no task on an external instance, and one of EXTERNAL has them there', async () => {
  const fleet = await createConnectedFleet({ desired: 1 });
  const external = fleet.world.registerExternalInstance({ cluster: 'main' });
  await fleet.runFor(10 * MINUTE);
  register(fleet);
  for (const launchType of ['EC2', 'EXTERNAL']) {
    const service = { cluster: 'main', serviceName: launchType, taskDefinition: 'job', desiredCount: 3, launchType };
    fleet.call('ecs', 'CreateService', service);
  }
  await fleet.runFor(5 * MINUTE);
  expect(tasksOn(fleet, external).map((task) => task.serviceName)).toEqual(['EXTERNAL', 'EXTERNAL', 'EXTERNAL']);
});
