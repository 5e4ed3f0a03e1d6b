import { join } from 'node:path';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ecs from '@aws-sdk/client-ecs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../../simulator/wire/aws-error.ts';
import { ConnectionLost } from '../../../simulator/wire/http.ts';
import type { SimulatedService } from '../../../simulator/wire/service.ts';
import { open } from '../wire/fake-world.ts';
import { createLambdaWorld, type LambdaWorldOptions } from './lambda-world.ts';

const SOURCE = `
  import { Logger } from '@aws-lambda-powertools/logger';
  import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';

  const logger = new Logger({ serviceName: 'test' });
  const ecs = new ECSClient({});
  const table = new DynamoDBClient({});
  const groups = new AutoScalingClient({});

  export async function handler(event, context) {
    logger.addContext(context);
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: event.cluster }));
    logger.info('tasks', { taskArns });
    await table.send(new PutItemCommand({ TableName: 't', Item: { pk: { S: event.cluster }, at: { N: String(Date.now()) } } }));
    const hook = { AutoScalingGroupName: 'g', LifecycleHookName: 'h', LifecycleActionResult: 'CONTINUE' };
    try {
      await groups.send(new CompleteLifecycleActionCommand(hook));
    } catch (error) {
      return { taskArns, error: error.name, message: error.message };
    }
  }
`;

let bundle = '';

beforeAll(async () => {
  const result = await build({
    stdin: { contents: SOURCE, resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    write: false,
    mainFields: ['module', 'main'],
  });
  bundle = result.outputFiles[0]?.text ?? '';
});

const schemas = (client: object) => client as Record<string, unknown>;

function services(items: unknown[]): SimulatedService[] {
  return [
    {
      name: 'ecs',
      protocol: 'awsJson1_1',
      schemas: schemas(ecs),
      operations: { ListTasks: open(({ cluster }) => ({ taskArns: [`${cluster}/1`] })) },
    },
    {
      name: 'dynamodb',
      protocol: 'awsJson1_0',
      schemas: schemas(dynamodb),
      operations: { PutItem: open(({ Item }) => void items.push(Item)) },
    },
    {
      name: 'autoscaling',
      protocol: 'awsQuery',
      schemas: schemas(autoScaling),
      operations: {
        CompleteLifecycleAction: open(() => {
          throw new AwsError('ValidationError', 'No active Lifecycle Action found with instance ID i-1');
        }),
      },
    },
  ];
}

function createWorld(options: Omit<LambdaWorldOptions, 'services'> = {}, timeoutMs = 30_000) {
  const items: unknown[] = [];
  const world = createLambdaWorld({ ...options, services: services(items) });
  const arn = world.deploy({ 'index.js': bundle }, { name: 'drain', timeoutMs });
  return { ...world, arn, items };
}

describe('official clients in a bundle', () => {
  it('call the simulated services under the role of their function', async () => {
    const world = createWorld();

    const result = await world.invoke(world.arn, { cluster: 'c' });

    expect(result).toEqual({
      outcome: 'success',
      payload: {
        taskArns: ['c/1'],
        error: 'ValidationError',
        message: 'No active Lifecycle Action found with instance ID i-1',
      },
    });
    expect(world.items).toMatchObject([{ pk: { S: 'c' } }]);
    const requestId = world.entries('invocation')[0]?.requestId;
    expect(world.entries('call')).toMatchObject(
      ['ListTasks', 'PutItem', 'CompleteLifecycleAction'].map((operation) => ({
        operation,
        caller: { kind: 'function', functionName: 'drain', requestId },
      })),
    );
    expect(world.lines()).toMatchObject([
      { level: 'INFO', message: 'tasks', taskArns: ['c/1'], function_name: 'drain' },
    ]);
  });

  it('retry what is throttled, with back-off in virtual time', async () => {
    let failuresLeft = 2;
    const world = createWorld({
      intercept: ({ operation }) =>
        operation === 'ListTasks' && failuresLeft-- > 0
          ? { effect: 'none', answer: new AwsError('ThrottlingException', 'Rate exceeded') }
          : undefined,
    });

    const result = await world.invoke(world.arn, { cluster: 'c' });

    expect(result).toMatchObject({ outcome: 'success' });
    expect(world.entries('call').filter(({ operation }) => operation === 'ListTasks')).toHaveLength(3);
  });

  it('retry when a connection breaks after the effect, so that it happens twice', async () => {
    let cutsLeft = 1;
    const world = createWorld({
      intercept: ({ operation }) =>
        operation === 'PutItem' && cutsLeft-- > 0 ? { effect: 'happens', answer: new ConnectionLost() } : undefined,
    });

    expect(await world.invoke(world.arn, { cluster: 'c' })).toMatchObject({ outcome: 'success' });

    expect(world.items).toHaveLength(2);
  });

  it('do not act after their environment was killed', async () => {
    const world = createWorld({
      onCall: ({ operation, caller }) => {
        if (operation === 'ListTasks' && caller.kind === 'function') world.lambda.kill(caller.requestId);
      },
    });

    const result = await world.invoke(world.arn, { cluster: 'c' });
    await world.kernel.clock.runFor(60_000);

    expect(result).toMatchObject({ outcome: 'error', errorType: 'Runtime.ExitError' });
    expect(world.items).toEqual([]);
  });

  it('do not act after a timeout, even where the request had been sent', async () => {
    const world = createWorld({ latency: { medianMs: 40_000, p99Ms: 40_001 } }, 1_000);

    const result = await world.invoke(world.arn, { cluster: 'c' });
    await world.kernel.clock.runFor(600_000);

    expect(result).toMatchObject({ outcome: 'timeout' });
    expect(world.entries('call')).toEqual([]);
  });
});

describe('an answer that comes while its environment is frozen', () => {
  const HEADERS = {
    authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ecs/aws4_request, Signature=00',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks',
  };
  const FORGETFUL = `
    const https = require('node:https');
    exports.handler = async (event) => {
      console.log('handler', event);
      if (event === 2) return new Promise((resolve) => setTimeout(resolve, 1));
      const options = { host: 'ecs.eu-central-1.amazonaws.com', method: 'POST', headers: ${JSON.stringify(HEADERS)} };
      https.request(options, (response) => {
        response.setEncoding('utf8');
        response.on('data', (text) => console.log('answer', text));
      }).end('{"cluster":"c"}');
    };`;

  it('is read when the next invocation thaws it', async () => {
    const world = createLambdaWorld({ services: services([]) });
    const arn = world.deploy({ 'index.js': FORGETFUL });
    const texts = () => world.lines().map((line) => String(line).split('\t').at(-1));

    await world.invoke(arn, 1);
    await world.kernel.clock.runFor(60_000);
    expect(world.entries('call')).toHaveLength(1);
    expect(texts()).toEqual(['handler 1']);
    await world.invoke(arn, 2);

    expect(texts()).toEqual(['handler 1', 'handler 2', 'answer {"taskArns":["c/1"]}']);
  });
});

describe('replay', () => {
  async function run(seed: number): Promise<string> {
    const world = createWorld({ seed });
    for (const cluster of ['a', 'b', 'c']) await world.invoke(world.arn, { cluster });
    const storm = ['d', 'e', 'f', 'g'].map((cluster) => world.lambda.invoke(world.arn, { cluster }));
    await world.kernel.clock.runFor(3_600_000);
    await Promise.all(storm);
    return world.kernel.trace.toJsonLines();
  }

  it('gives the same trace for the same seed, byte for byte, and another for another', async () => {
    const first = await run(5);

    expect(first.length).toBeGreaterThan(5_000);
    expect(await run(5)).toBe(first);
    expect(await run(6)).not.toBe(first);
  });
});
