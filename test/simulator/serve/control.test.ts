import { expect, test } from 'vitest';
import { sendControl } from '../../../cli/control.ts';
import { commands } from '../../../simulator/serve/commands.ts';
import { eventCommands } from '../../../simulator/serve/event-commands.ts';
import { faultCommands } from '../../../simulator/serve/fault-commands.ts';
import { FLEET, type ServedWorld, serveWorld } from './served-world.ts';

interface State {
  readonly containerInstances: { ec2InstanceId: string; agentConnected: boolean; cluster: string }[];
  readonly tasks: { arn: string; group: string; protectedUntilMs?: number; ec2InstanceId: string }[];
  readonly groupInstances: { ec2InstanceId: string; lifecycleState: string; availabilityZone: string }[];
  readonly ec2Instances: { ec2InstanceId: string; state: string }[];
}

async function stateOf(world: ServedWorld): Promise<State> {
  return (await world.control('state')).body as unknown as State;
}

const later = (world: ServedWorld, seconds: number) => world.control('advance', { seconds });
const ec2State = async (world: ServedWorld, id: string) =>
  (await stateOf(world)).ec2Instances.find(({ ec2InstanceId }) => ec2InstanceId === id)?.state;

test('every command does what it says', async () => {
  const world = await serveWorld(FLEET.replace('name: web,', 'name: web, spot: true,'));
  const { containerInstances, tasks } = await stateOf(world);
  const [first = '', second = '', third = ''] = containerInstances.map(({ ec2InstanceId }) => ec2InstanceId);
  const given = new Set(['state', 'advance']);
  const give = async (command: string, input: object) => {
    given.add(command);
    const { status, body } = await world.control(command, input);
    expect({ command, status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const isConnected = async (id: string) =>
    (await stateOf(world)).containerInstances.find(({ ec2InstanceId }) => ec2InstanceId === id)?.agentConnected;
  const countOf = async (group: string) => (await stateOf(world)).tasks.filter((one) => one.group === group).length;

  await give('disconnect-agent', { instance: first });
  await later(world, 600);
  expect(await isConnected(first)).toBe(false);
  await give('reconnect-agent', { instance: first });
  await later(world, 60);
  expect(await isConnected(first)).toBe(true);

  const job = tasks.find(({ group }) => group === 'family:job')?.arn ?? '';
  const apiTask = tasks.find(({ group }) => group === 'service:api')?.arn ?? '';
  const protectedTask = async () => (await stateOf(world)).tasks.find(({ arn }) => arn === apiTask)?.protectedUntilMs;
  await give('protect-task', { task: apiTask, minutes: 30 });
  expect(await protectedTask()).toBeTypeOf('number');
  await give('unprotect-task', { task: apiTask });
  expect(await protectedTask()).toBeUndefined();
  await give('exit-task', { task: job });
  await later(world, 60);
  expect((await stateOf(world)).tasks.map(({ arn }) => arn)).not.toContain(job);

  await give('set-desired-count', { cluster: 'prod', service: 'api', desiredCount: 6 });
  await later(world, 300);
  expect(await countOf('service:api')).toBe(6);
  await give('set-deployment-percents', {
    cluster: 'prod',
    service: 'api',
    minimumHealthyPercent: 0,
    maximumPercent: 100,
  });
  expect(await world.call('ecs', 'DescribeServices', { cluster: 'prod', services: ['api'] })).toMatchObject({
    services: [{ deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } }],
  });

  const filled = await give('fill-cluster', { cluster: 'prod', percent: 50 });
  expect(filled).toMatchObject({ isFull: false });
  expect(await countOf('family:filler')).toBe(filled.tasks);

  const { instances } = await give('lose-zone', { zone: 'eu-central-1a' });
  await later(world, 600);
  for (const id of instances as string[]) expect(await isConnected(id)).toBe(false);
  await give('restore-zone', { zone: 'eu-central-1a' });
  await later(world, 300);
  for (const id of instances as string[]) expect(await isConnected(id)).toBe(true);

  await give('terminate-in-group', { instance: first });
  await later(world, 30);
  expect((await stateOf(world)).groupInstances).toContainEqual(
    expect.objectContaining({ ec2InstanceId: first, lifecycleState: 'Terminating:Wait' }),
  );
  await world.call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'web' });
  await give('stop-instance', { instance: second });
  await later(world, 300);
  expect(await ec2State(world, second)).toBe('stopped');
  await give('start-instance', { instance: second });
  await later(world, 120);
  expect(await ec2State(world, second)).toBe('running');
  await give('terminate-instance', { instance: second });
  await later(world, 300);
  expect(await ec2State(world, second)).toBeUndefined();

  await world.call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName: 'web' });
  await give('scale-group', { group: 'web', desired: 5 });
  await later(world, 900);
  expect((await stateOf(world)).groupInstances.filter((one) => one.lifecycleState === 'InService')).toHaveLength(5);
  await give('recommend-rebalance', { instance: third });
  await give('interrupt-spot', { instance: third });
  await later(world, 600);
  expect(await ec2State(world, third)).toBeUndefined();

  // Faults and events have tests of their own.
  const others = [...Object.keys(faultCommands), ...Object.keys(eventCommands)];
  expect([...given, ...others].sort()).toEqual([...commands.keys()].sort());
  expect(world.defects).toEqual([]);
});

test('time goes ahead by what is asked for', async () => {
  const world = await serveWorld('clusters: [{ name: prod }]');
  const fromMs = world.simulator.kernel.clock.now();
  const { body } = await later(world, 86_400);
  const passedMs = Date.parse(String(body.now)) - fromMs;
  expect(passedMs).toBe(86_400_000);
});

test('input that is wrong is named by field, and nothing is done', async () => {
  const { control } = await serveWorld();
  expect(await control('scale-group', { group: 'web', desired: 'many' })).toMatchObject({
    status: 400,
    body: { error: { problems: [{ field: 'desired' }] } },
  });
  const message = 'the fleet has no Auto Scaling group none';
  expect(await control('scale-group', { group: 'none', desired: 1 })).toEqual({
    status: 404,
    body: { error: { name: 'NotInFleet', message, problems: [{ field: 'group', message }] } },
  });
  expect(await control('lose-zone', { zone: 'eu-central-1q' })).toMatchObject({
    status: 404,
    body: { error: { problems: [{ field: 'zone' }] } },
  });
  expect(await control('state', { cluster: 'none' })).toMatchObject({
    status: 404,
    body: { error: { message: 'the fleet has no cluster none', problems: [{ field: 'cluster' }] } },
  });
  expect(await control('scale-group', { group: 'web', desired: 2_000 })).toMatchObject({ status: 400 });
  expect(await control('nonsense')).toMatchObject({ status: 404 });
});

test('only a Spot instance is interrupted', async () => {
  const world = await serveWorld();
  const id = (await stateOf(world)).ec2Instances[0]?.ec2InstanceId;
  expect(await world.control('interrupt-spot', { instance: id })).toEqual({
    status: 400,
    body: {
      error: { name: 'NotPossible', message: `${id} is no Spot instance; those of groups with "spot: true" are` },
    },
  });
});

test('an error that nobody meant is a defect of the simulator, by its name, and is reported', async () => {
  const { control, simulator, defects } = await serveWorld();
  simulator.fleet.world.setDesiredCapacity = () => {
    throw new TypeError('nothing there');
  };
  expect(await control('scale-group', { group: 'web', desired: 2 })).toEqual({
    status: 500,
    body: {
      error: {
        name: 'SimulatorDefect',
        message: 'The simulator failed at scale-group: TypeError: nothing there',
      },
    },
  });
  expect(defects).toHaveLength(1);
});

test('a body that is no JSON and a method that is not meant are refused', async () => {
  const { url } = await serveWorld('clusters: [{ name: prod }]');
  expect((await fetch(`${url}/_control/advance`, { method: 'POST', body: '{' })).status).toBe(400);
  expect((await fetch(`${url}/_control/advance`)).status).toBe(405);
});

test('the command line gives commands, lists them, and says when nobody is there', async () => {
  const { url, server } = await serveWorld();
  expect(await sendControl({ url, command: 'scale-group', fields: ['group=web', 'desired=4'] })).toMatchObject({
    outcome: 'done',
  });
  expect(await sendControl({ url, command: 'scale-group', fields: ['group=web', 'desired=x'] })).toMatchObject({
    outcome: 'usage',
    text: expect.stringContaining('desired'),
  });
  expect(await sendControl({ url, command: 'advance', fields: ['seconds'] })).toMatchObject({ outcome: 'usage' });
  expect((await sendControl({ url, fields: [] })).text).toContain('disconnect-agent instance=… [forSeconds=…]');
  await server.close();
  expect(await sendControl({ url, fields: [] })).toMatchObject({
    outcome: 'failed',
    text: expect.stringMatching(
      /does not answer as a simulator: .*; start one with npm run simulator -- serve, or say with --url where it is$/,
    ),
  });
});

test('the command line takes a value for what the command asks for: names may be numbers', async () => {
  const { url, simulator } = await serveWorld(`
clusters:
  - name: '2024'
    groups: [{ name: '7', desired: 1, maxSize: 3 }]
  - name: 'true'
`);
  const give = (command: string, ...fields: string[]) => sendControl({ url, command, fields });
  expect(await give('scale-group', 'group=7', 'desired=2')).toMatchObject({ outcome: 'done' });
  await simulator.runFor(600_000);
  const { text } = await give('state', 'cluster=2024');
  expect((JSON.parse(text) as State).containerInstances).toHaveLength(2);
  expect(await give('state', 'cluster=true')).toMatchObject({ outcome: 'done' });
  expect(await give('clear-faults', 'id=99')).toMatchObject({
    outcome: 'usage',
    text: expect.stringContaining('there is no fault 99 in force'),
  });
  expect(await give('scale-group', 'group=7', 'desired=true')).toMatchObject({
    outcome: 'usage',
    text: expect.stringContaining('expected number, received string'),
  });
  const [id] = (JSON.parse(text) as State).ec2Instances.map(({ ec2InstanceId }) => ec2InstanceId);
  const shrink = 'shouldDecrementDesiredCapacity=true';
  expect(await give('terminate-in-group', `instance=${id}`, shrink)).toMatchObject({ outcome: 'done' });
});
