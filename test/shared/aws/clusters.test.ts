import { ListClustersCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listClusters } from '../../../shared/aws/clusters.ts';
import { many } from './builders.ts';
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
