import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeEc2Instances } from '../../../shared/aws/ec2.ts';
import { ec2Id, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictEc2 } from './strict-client.ts';

test('filters by at most 200 ids at a time, follows every page and every reservation, leaves out unknown ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 450 }), anyPaging, async (count, paging) => {
      const ids = many(count, ec2Id);
      const isKnown = (id: string) => ids.indexOf(id) % 3 > 0;
      const stateOf = (id: string) => (ids.indexOf(id) % 2 > 0 ? 'terminated' : 'running');
      const { ec2, mock } = strictEc2();
      mock.on(DescribeInstancesCommand).callsFake(({ Filters, InstanceIds, MaxResults, NextToken }) => {
        expect(InstanceIds).toBeUndefined();
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
