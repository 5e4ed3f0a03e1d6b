import { expect, test } from 'vitest';
import { createConnectedFleet, inService, registrationOf } from '../fleet-fixture.ts';

interface Attributes {
  readonly attributes: { name: string; value?: string; targetId: string }[];
  readonly nextToken?: string;
}

async function twoInstances() {
  const fleet = await createConnectedFleet();
  const [first = '', second = ''] = inService(fleet).map((id) => registrationOf(fleet, id).arn);
  const put = (...attributes: object[]) => fleet.call('ecs', 'PutAttributes', { cluster: 'main', attributes });
  const list = (input: object = {}) =>
    fleet.call<Attributes>('ecs', 'ListAttributes', { cluster: 'main', targetType: 'container-instance', ...input });
  return { fleet, first, second, put, list };
}

test('ListAttributes has an entry for each attribute of each instance, by name and value', async () => {
  const { first, second, put, list } = await twoInstances();
  put({ name: 'rack', value: 'a', targetId: first }, { name: 'rack', value: 'b', targetId: second });

  expect(list({ attributeName: 'rack' }).attributes).toEqual([
    { name: 'rack', value: 'a', targetId: first },
    { name: 'rack', value: 'b', targetId: second },
  ]);
  expect(list({ attributeName: 'rack', attributeValue: 'b' }).attributes).toMatchObject([{ targetId: second }]);
  expect(list({ attributeName: 'ecs.os-type' }).attributes).toHaveLength(2);
});

test('ListAttributes pages through all of them', async () => {
  const { list } = await twoInstances();
  const all = list().attributes;
  const seen: object[] = [];
  let nextToken: string | undefined;
  do {
    const page = list({ maxResults: 3, nextToken });
    seen.push(...page.attributes);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);

  expect(seen).toEqual(all);
});

test('an instance takes ten attributes of somebody else, beside those of ECS', async () => {
  const { fleet, first, put } = await twoInstances();
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `a${from + index}`, targetId: first }));
  put(...numbered(0, 10));

  put({ name: 'a3', value: 'changed', targetId: first });
  const eleventh = { cluster: 'main', attributes: numbered(10, 1) };
  expect(fleet.errorOf('ecs', 'PutAttributes', eleventh).code).toBe('AttributeLimitExceededException');
});

test('a value without a name, and a target that is none, are refused', async () => {
  const { fleet } = await twoInstances();
  const list = { cluster: 'main', targetType: 'container-instance', attributeValue: 'a' };
  expect(fleet.errorOf('ecs', 'ListAttributes', list).code).toBe('InvalidParameterException');
  const put = { cluster: 'main', attributes: [{ name: 'a', targetId: 'nobody' }] };
  expect(fleet.errorOf('ecs', 'PutAttributes', put).code).toBe('TargetNotFoundException');
});

test('definitions and capacity providers have tags too, fifty at most', async () => {
  const { fleet } = await twoInstances();
  const containerDefinitions = [{ name: 'main', image: 'busybox', memory: 64 }];
  const { taskDefinition } = fleet.call<{ taskDefinition: { taskDefinitionArn: string } }>(
    'ecs',
    'RegisterTaskDefinition',
    { family: 'web', containerDefinitions },
  );
  const { capacityProvider } = fleet.call<{ capacityProvider: { capacityProviderArn: string } }>(
    'ecs',
    'CreateCapacityProvider',
    { name: 'nodes', autoScalingGroupProvider: { autoScalingGroupArn: 'nodes' } },
  );
  for (const resourceArn of [taskDefinition.taskDefinitionArn, capacityProvider.capacityProviderArn]) {
    const tags = [{ key: 'team', value: 'a' }];
    fleet.call('ecs', 'TagResource', { resourceArn, tags });
    expect(fleet.call('ecs', 'ListTagsForResource', { resourceArn })).toEqual({ tags });
    const many = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));
    expect(fleet.errorOf('ecs', 'TagResource', { resourceArn, tags: many }).code).toBe('LimitExceededException');
  }
});
