import { DescribeClustersCommand, ListClustersCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeClusterTags, listClusters } from '../../../shared/aws/clusters.ts';
import { cluster, many } from './builders.ts';
import { anyPaging, page } from './pages.ts';
import { strictEcs } from './strict-client.ts';

test('lists the clusters of every page, however the pages are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 250 }), anyPaging, async (count, paging) => {
      const arns = many(count, (index) => `arn:aws:ecs:eu-west-1:210987654321:cluster/${index}`);
      const { ecs, mock } = strictEcs();
      mock.on(ListClustersCommand).callsFake(({ nextToken, maxResults }) => {
        expect(maxResults).toBe(100);
        const { items, next } = page(arns, paging, nextToken, maxResults);
        return { clusterArns: items, nextToken: next };
      });

      expect(await listClusters(ecs)).toEqual(arns);
    }),
  );
});

test('reads the tags of at most 100 clusters at a time and leaves out those that are gone', async () => {
  const arns = many(201, (index) => `arn:aws:ecs:eu-west-1:210987654321:cluster/${index}`);
  const isGone = (arn: string) => arn.endsWith('7');
  const { ecs, mock } = strictEcs();
  mock.on(DescribeClustersCommand, { include: ['TAGS'] }).callsFake(({ clusters }) => {
    expect(clusters.length).toBeLessThanOrEqual(100);
    return {
      clusters: clusters
        .filter((arn: string) => !isGone(arn))
        .map((clusterArn: string) => ({ clusterArn, tags: [{ key: 'ebbtide:name', value: clusterArn }] })),
      failures: clusters.filter(isGone).map((arn: string) => ({ arn, reason: 'MISSING' })),
    };
  });

  expect([...(await describeClusterTags(ecs, arns))]).toEqual(
    arns.filter((arn) => !isGone(arn)).map((arn) => [arn, { 'ebbtide:name': arn }]),
  );
});

test('knows a cluster without tags', async () => {
  const { ecs, mock } = strictEcs();
  mock.on(DescribeClustersCommand).resolves({ clusters: [{ clusterArn: cluster }] });

  expect(await describeClusterTags(ecs, [cluster])).toEqual(new Map([[cluster, {}]]));
});
