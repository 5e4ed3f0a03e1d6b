import * as schemas from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import type { SimulatedService } from '../../../simulator/wire/service.ts';
import { open } from '../wire/fake-world.ts';
import { createLambdaWorld, handler } from './lambda-world.ts';

/** Three calls, one after the other. */
const CALLING = handler(`
  const https = require('node:https');
  const call = () => new Promise((resolve, reject) => {
    const headers = {
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
      'content-type': 'application/x-amz-json-1.1',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260105/eu-central-1/ecs/aws4_request',
    };
    const request = https.request({ method: 'POST', host: 'ecs.eu-central-1.amazonaws.com', path: '/', headers }, (response) => {
      response.on('data', () => undefined).on('end', resolve);
    });
    request.on('error', reject).end('{}');
  });
  exports.handler = async () => { for (let made = 0; made < 3; made++) await call(); };`);

/** Who called, in the order in which the calls took effect, of two functions that run at the same time. */
async function orderOf(seed: number): Promise<string> {
  const order: string[] = [];
  const ecs: SimulatedService = {
    name: 'ecs',
    protocol: 'awsJson1_1',
    schemas: { ...schemas },
    operations: {
      ListClusters: open((_input, { caller }) => {
        order.push(caller.kind === 'function' ? caller.functionName : caller.kind);
        return { clusterArns: [] };
      }),
    },
  };
  const world = createLambdaWorld({ seed, services: [ecs] });
  const arns = ['a', 'b'].map((name) => world.deploy(CALLING, { name }));
  // Cold starts would keep them apart.
  for (const arn of arns) await world.invoke(arn, {});
  order.length = 0;
  const running = Promise.all(arns.map((arn) => world.lambda.invoke(arn, {})));
  await world.kernel.clock.runFor(10_000);
  await running;
  return order.join('');
}

test('The seed decides in which order the calls of handlers take effect that run at the same time', async () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  const orders: string[] = [];
  for (const seed of seeds) orders.push(await orderOf(seed));
  expect(orders.every((order) => [...order].sort().join('') === 'aaabbb')).toBe(true);
  expect(new Set(orders).size).toBeGreaterThan(4);
  for (const seed of seeds.slice(0, 3)) expect(await orderOf(seed)).toBe(orders[seed]);
});
