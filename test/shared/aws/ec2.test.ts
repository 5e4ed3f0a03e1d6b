import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type Instance,
  type InstanceStatus,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeEc2Instances, describeEc2StatusChecks } from '../../../shared/aws/ec2.ts';
import { awsError, ec2Id, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictEc2 } from './strict-client.ts';

test('filters by at most 200 ids at a time, follows every page and every reservation, leaves out unknown ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 450 }), anyPaging, async (count, paging) => {
      const ids = many(count, ec2Id);
      const isKnown = (id: string) => ids.indexOf(id) % 3 > 0;
      const stateOf = (id: string) => (ids.indexOf(id) % 2 > 0 ? 'terminated' : 'running');
      const { ec2, mock } = strictEc2();
      mock.on(DescribeInstancesCommand).callsFake(({ Filters, InstanceIds, MaxResults, NextToken, ...rest }) => {
        expect(InstanceIds).toBeUndefined();
        expect(rest).toEqual({ IncludeManagedResources: true });
        expect(MaxResults).toBe(1000);
        expect(Filters).toMatchObject([{ Name: 'instance-id' }]);
        const values: string[] = Filters[0].Values;
        expect(values.length).toBeGreaterThan(0);
        expect(values.length).toBeLessThanOrEqual(200);
        const { items, next } = page(values.filter(isKnown), paging, NextToken, MaxResults);
        const half = Math.floor(items.length / 2);
        const described = items.map((id) => ({ InstanceId: id, State: { Code: 16, Name: stateOf(id) } }));
        return {
          Reservations: [{ Instances: described.slice(0, half) }, {}, { Instances: described.slice(half) }],
          NextToken: next,
        };
      });

      const found = await describeEc2Instances(ec2, [...ids, ...ids]);

      expect([...found]).toEqual(ids.filter(isKnown).map((id) => [id, { ec2InstanceId: id, state: stateOf(id) }]));
    }),
  );
});

test('asks nothing for no ids, which EC2 would take for all', async () => {
  expect(await describeEc2Instances(strictEc2().ec2, [])).toEqual(new Map());
});

test.each<[string, Instance]>([
  ['InstanceId', { State: { Name: 'running' } }],
  ['State', { InstanceId: ec2Id(1) }],
  ['Name', { InstanceId: ec2Id(1), State: {} }],
])('refuses an instance without %s', async (field, instance) => {
  const { ec2, mock } = strictEc2();
  mock.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });

  await expect(describeEc2Instances(ec2, [ec2Id(1)])).rejects.toThrow(
    expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
  );
});

test('takes over what decisions need', async () => {
  const ec2 = oneInstance({
    LaunchTime: new Date(1_790_000_000_000),
    InstanceType: 'm7g.large',
    Placement: { AvailabilityZone: 'eu-west-1b' },
    Platform: 'Windows',
    Operator: { Managed: true, Principal: 'ecs.amazonaws.com' },
  });

  expect((await describeEc2Instances(ec2, [ec2Id(1)])).get(ec2Id(1))).toEqual({
    ec2InstanceId: ec2Id(1),
    state: 'running',
    launchedAtMs: 1_790_000_000_000,
    instanceType: 'm7g.large',
    availabilityZone: 'eu-west-1b',
    platform: 'windows',
    operator: 'ecs.amazonaws.com',
  });
});

test.each<[Instance['Operator'], string | undefined]>([
  [{ Managed: false }, undefined],
  [{ Managed: false, Principal: 'ecs.amazonaws.com' }, undefined],
  [{ Managed: true }, 'unknown'],
])('takes the operator %j for %s', async (Operator, operator) => {
  const found = await describeEc2Instances(oneInstance({ Operator }), [ec2Id(1)]);

  expect(found.get(ec2Id(1))?.operator).toBe(operator);
});

describe('the status checks', () => {
  test('are asked for at most 100 ids at a time, and for the rest when some are unknown or do not run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 230 }), fc.array(fc.nat({ max: 230 }), { maxLength: 5 }), async (count, gone) => {
        const ids = many(count, ec2Id);
        const unknown = new Set(gone.map(ec2Id));
        const doesRun = (id: string) => ids.indexOf(id) % 4 > 0;
        const { ec2, mock } = strictEc2();
        mock.on(DescribeInstanceStatusCommand).callsFake(({ InstanceIds, ...rest }) => {
          expect(rest).toEqual({ IncludeManagedResources: true });
          expect(InstanceIds.length).toBeGreaterThan(0);
          expect(InstanceIds.length).toBeLessThanOrEqual(100);
          if (InstanceIds.some((id: string) => unknown.has(id))) throw awsError('InvalidInstanceID.NotFound');
          return { InstanceStatuses: InstanceIds.filter(doesRun).map((id: string) => status(id)) };
        });

        const found = await describeEc2StatusChecks(ec2, [...ids, ...ids]);

        expect([...found]).toEqual(
          ids.filter((id) => doesRun(id) && !unknown.has(id)).map((id) => [id, { system: 'ok', instance: 'impaired' }]),
        );
      }),
    );
  });

  test('cost few calls more for one unknown id among a hundred', async () => {
    const { ec2, mock } = strictEc2();
    mock.on(DescribeInstanceStatusCommand).callsFake(({ InstanceIds }) => {
      if (InstanceIds.includes(ec2Id(42))) throw awsError('InvalidInstanceID.NotFound');
      return { InstanceStatuses: InstanceIds.map(status) };
    });

    expect((await describeEc2StatusChecks(ec2, many(100, ec2Id))).size).toBe(99);
    expect(mock.calls().length).toBeLessThanOrEqual(15);
  });

  test('are not asked for without ids, which EC2 would take for all', async () => {
    expect(await describeEc2StatusChecks(strictEc2().ec2, [])).toEqual(new Map());
  });

  test.each<[string, InstanceStatus]>([
    ['InstanceId', { ...status(ec2Id(1)), InstanceId: undefined }],
    ['SystemStatus', { ...status(ec2Id(1)), SystemStatus: undefined }],
    ['InstanceStatus', { ...status(ec2Id(1)), InstanceStatus: undefined }],
    ['Status', { ...status(ec2Id(1)), InstanceStatus: {} }],
  ])('are refused without %s', async (field, description) => {
    const { ec2, mock } = strictEc2();
    mock.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses: [description] });

    await expect(describeEc2StatusChecks(ec2, [ec2Id(1)])).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteAnswerError', message: expect.stringContaining(field) }),
    );
  });
});

function status(id: string): InstanceStatus {
  return { InstanceId: id, SystemStatus: { Status: 'ok' }, InstanceStatus: { Status: 'impaired' } };
}

/** EC2 with one running instance. */
function oneInstance(overrides: Instance) {
  const { ec2, mock } = strictEc2();
  const instance = { InstanceId: ec2Id(1), State: { Name: 'running' }, ...overrides } as Instance;
  mock.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });
  return ec2;
}
