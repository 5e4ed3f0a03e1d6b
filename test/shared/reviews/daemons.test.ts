import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { describeServicesOf } from '../../../shared/reviews/explanations.ts';
import { drain, task } from '../fleet.ts';

test('a service is not taken for the one of the same name in another cluster: only one of them may be a daemon', async () => {
  const ecs = mockClient(ECSClient);
  ecs.on(DescribeServicesCommand).resolves({ services: [] });
  const incident = drain();
  const cluster = incident.registrations[0].clusterArn;
  const here = { clusterArn: cluster, lastStatus: 'RUNNING' };
  const tasks = [
    task({ ...here, group: 'service:logs' }),
    task({ ...here, group: 'service:proxy' }),
    task({ ...here, clusterArn: `${cluster}-2`, group: 'service:proxy' }),
  ];

  await describeServicesOf({ ecs: new ECSClient({}) }, incident, tasks);

  const asked = ecs.commandCalls(DescribeServicesCommand).map(({ args }) => args[0].input);
  expect(asked).toMatchObject([{ cluster, services: ['logs'] }]);
});
