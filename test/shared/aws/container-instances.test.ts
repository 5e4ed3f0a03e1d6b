import { ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findRegistrations, listContainerInstanceArns } from '../../../shared/aws/container-instances.ts';
import { awsError, cluster, ec2Id, instanceArn, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictEcs } from './strict-client.ts';

describe('listing', () => {
  test('follows every page with the same selection, however the pages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 250 }), anyPaging, async (count, paging) => {
        const arns = many(count, instanceArn);
        const { ecs, mock } = strictEcs();
        const selection = { status: 'ACTIVE', filter: 'agentConnected == false' } as const;
        mock.on(ListContainerInstancesCommand, { cluster, ...selection }).callsFake(({ nextToken, maxResults }) => {
          expect(maxResults).toBe(100);
          const { items, next } = page(arns, paging, nextToken, maxResults);
          return { containerInstanceArns: items, nextToken: next };
        });

        expect(await listContainerInstanceArns(ecs, cluster, selection)).toEqual(arns);
      }),
    );
  });
});

describe('finding the registrations of EC2 instances', () => {
  test('finds every registration of every id, asking for at most 50 ids at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 130 }), anyPaging, async (count, paging) => {
        const { ecs, mock } = strictEcs();
        const registered = new Map(
          many(count, (index) => [ec2Id(index), many(index % 3, (copy) => instanceArn(index * 3 + copy))]),
        );
        mock.on(ListContainerInstancesCommand, { cluster }).callsFake(({ filter, nextToken, maxResults }) => {
          expect(filter).toMatch(/^ec2InstanceId in \['i-\w+'(, 'i-\w+')*\]$/);
          const ids: string[] = filter.match(/i-\w+/g);
          expect(ids.length).toBeLessThanOrEqual(50);
          const { items, next } = page(
            ids.flatMap((id) => registered.get(id) ?? []),
            paging,
            nextToken,
            maxResults,
          );
          return { containerInstanceArns: items, nextToken: next };
        });

        const ids = [...registered.keys()];
        expect(await findRegistrations(ecs, cluster, [...ids, ...ids])).toEqual([...registered.values()].flat());
      }),
    );
  });

  test('finds none without a call when there are no ids', async () => {
    expect(await findRegistrations(strictEcs().ecs, cluster, [])).toEqual([]);
  });

  test('finds none in a cluster that is gone', async () => {
    const { ecs, mock } = strictEcs();
    mock.on(ListContainerInstancesCommand).rejects(awsError('ClusterNotFoundException'));

    expect(await findRegistrations(ecs, cluster, [ec2Id(1)])).toEqual([]);
  });
});
