import { describe, expect, test } from 'vitest';
import { boundsOf } from '../../../simulator/services/ecs/cluster-query.ts';
import { parseClusterQuery } from '../../../simulator/services/ecs/cluster-query-parser.ts';
import { createConnectedFleet, type FleetFixture, inService, MINUTE, registrationOf } from '../fleet-fixture.ts';

async function fleetOfThree(): Promise<{ fleet: FleetFixture; ids: string[] }> {
  const fleet = await createConnectedFleet({ desired: 3, attributes: { stack: 'prod' } });
  const ids = inService(fleet);
  fleet.world.runTask({ cluster: 'main', on: ids[0] ?? '', family: 'job' });
  fleet.world.disconnectAgent(ids[1] ?? '');
  fleet.call('ecs', 'PutAttributes', {
    cluster: 'main',
    attributes: [{ name: 'stack', value: 'test', targetId: registrationOf(fleet, ids[2] ?? '').arn }],
  });
  await fleet.runFor(MINUTE);
  return { fleet, ids };
}

describe('the cluster query language', () => {
  test.each<[filter: string, matches: number[]]>([
    ['agentConnected == false', [1]],
    ['agentConnected == true', [0, 2]],
    ['agentConnected==true and runningTasksCount == 0', [2]],
    ['runningTasksCount >= 1', [0]],
    ['runningTasksCount greater_than 0', [0]],
    ['not agentConnected == false', [0, 2]],
    ['attribute:stack == test', [2]],
    ['attribute:stack in [test, prod]', [0, 1, 2]],
    ['attribute:stack != test', [0, 1]],
    ['attribute:stack exists', [0, 1, 2]],
    ['attribute:gpu exists', []],
    ['attribute:gpu !exists', [0, 1, 2]],
    ['attribute:ecs.instance-type =~ m5.*', [0, 1, 2]],
    ['attribute:ecs.instance-type =~ c5.*', []],
    ['task:group == family:job', [0]],
    ['not(task:group == family:job)', [1, 2]],
    ['(agentConnected == false or runningTasksCount == 1) and attribute:stack == prod', [0, 1]],
    ['agentConnected == false || runningTasksCount == 1 && attribute:stack == test', [1]],
    ['agentVersion < 1.100.0', [0, 1, 2]],
    ['agentVersion < 1.9.0', []],
    ["registeredAt >= '2026-01-05T08:00:00Z'", [0, 1, 2]],
    ['registeredAt < "2026-01-05T08:00:00Z"', []],
  ])('%s', async (filter, matches) => {
    const { fleet, ids } = await fleetOfThree();

    const answer = fleet.call<{ containerInstanceArns: string[] }>('ecs', 'ListContainerInstances', {
      cluster: 'main',
      filter,
    });

    const expected = matches.map((index) => registrationOf(fleet, ids[index] ?? '').arn);
    expect(answer.containerInstanceArns.toSorted()).toEqual(expected.toSorted());
  });

  test('finds instances by their EC2 id', async () => {
    const { fleet, ids } = await fleetOfThree();
    const filter = `ec2InstanceId in ['${ids[0]}', "${ids[2]}", i-00000000000000000]`;

    expect(fleet.call('ecs', 'ListContainerInstances', { cluster: 'main', filter })).toMatchObject({
      containerInstanceArns: { length: 2 },
    });
  });

  test.each([
    'agentConnected',
    'agentConnected == ',
    '(agentConnected == true',
    'a in [b',
    'agentConnected = true',
    'x == 1 y',
  ])('refuses %s', (filter) => {
    expect(() => parseClusterQuery(filter)).toThrow('Invalid filter expression');
  });

  test('refuses subjects that do not exist', async () => {
    const { fleet } = await fleetOfThree();
    expect(fleet.errorOf('ecs', 'ListContainerInstances', { cluster: 'main', filter: 'mood == fine' })).toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  test('starts from an index only where every match is in it', () => {
    expect(boundsOf(parseClusterQuery('agentConnected == false and attribute:a exists')).disconnected).toBe(true);
    expect(boundsOf(parseClusterQuery('agentConnected == false or attribute:a exists')).disconnected).toBe(false);
    expect(boundsOf(parseClusterQuery('not agentConnected == false')).disconnected).toBe(false);
  });
});
