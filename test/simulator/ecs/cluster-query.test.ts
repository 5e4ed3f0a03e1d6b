import fc from 'fast-check';
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

/** Expressions of all kinds about the instances, nested at random. */
function expressions(ids: readonly string[]): fc.Arbitrary<string> {
  const id = fc.constantFrom(...ids, 'i-00000000000000000');
  const leaf = fc.oneof(
    fc.constantFrom('agentConnected == false', 'agentConnected != false', 'runningTasksCount > 0', 'task:group exists'),
    fc.constantFrom('attribute:stack == test', 'attribute:stack =~ p.*', 'attribute:gpu !exists'),
    id.map((one) => `ec2InstanceId == ${one}`),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((some) => `ec2InstanceId in [${some.join(', ')}]`),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((some) => `ec2InstanceId !in [${some.join(', ')}]`),
  );
  return fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('expression').map((inner) => `not (${inner})`),
      fc
        .tuple(tie('expression'), fc.constantFrom('and', 'or', '&&', '||'), tie('expression'))
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    ),
  })).expression;
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
    ['registeredAt >= 2026-01-05', [0, 1, 2]],
    ['registeredAt > 2026-01-05T08:00:00', [0, 1, 2]],
    ['registeredAt > 2026-01-05T12:00:00+02:00', []],
    ['registeredAt less_than 2026-01-06', [0, 1, 2]],
    ['agentConnected in [false]', [1]],
    ['agentConnected !~ t.*', [1]],
    ['agentConnected not_equals true', [1]],
    ['agentVersion >= 1.98', [0, 1, 2]],
    ['runningTasksCount != 0', [0]],
    ['runningTasksCount <= 0', [1, 2]],
    ['task:group =~ family:.*', [0]],
    ['task:group in [family:job, service:web]', [0]],
    ['task:group not_in [family:job]', [1, 2]],
    ['task:group exists', [0]],
    ['attribute:stack not_in [test]', [0, 1]],
    ['attribute:stack !in [test]', [0, 1]],
    ['attribute:stack matches "(te|pr).*"', [0, 1, 2]],
    ['attribute:stack not_matches t.*', [0, 1]],
    ['attribute:stack > pz', [2]],
    ['attribute:gpu not_exists', [0, 1, 2]],
    ['!(attribute:stack equals test) && !(agentConnected == false)', [0]],
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
    'agentConnected > true',
    'agentVersion in [1.98.0]',
    'runningTasksCount =~ 1',
    'runningTasksCount == many',
    'registeredAt < yesterday',
    'registeredAt in [2026-01-05]',
    'attribute:stack =~ "("',
    'attribute:stack in []',
    'attribute:stack in test',
  ])('refuses %s', (filter) => {
    expect(() => parseClusterQuery(filter)).toThrow('Invalid filter expression');
  });

  test('refuses subjects that do not exist', async () => {
    const { fleet } = await fleetOfThree();
    expect(fleet.errorOf('ecs', 'ListContainerInstances', { cluster: 'main', filter: 'mood == fine' })).toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  test('finds with the opposite of an expression whatever it does not find, whichever index it starts from', async () => {
    const { fleet, ids } = await fleetOfThree();
    const all = ids.map((id) => registrationOf(fleet, id).arn).toSorted();
    const list = (filter: string) =>
      fleet.call<{ containerInstanceArns: string[] }>('ecs', 'ListContainerInstances', { cluster: 'main', filter })
        .containerInstanceArns;
    fc.assert(
      fc.property(expressions(ids), (filter) => {
        expect([...list(filter), ...list(`not (${filter})`)].toSorted()).toEqual(all);
      }),
    );
  });

  test('starts from an index only where every match is in it', () => {
    expect(boundsOf(parseClusterQuery('agentConnected == false and attribute:a exists')).disconnected).toBe(true);
    expect(boundsOf(parseClusterQuery('agentConnected == false or attribute:a exists')).disconnected).toBe(false);
    expect(boundsOf(parseClusterQuery('not agentConnected == false')).disconnected).toBe(false);
  });
});
