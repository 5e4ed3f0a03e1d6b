import * as ecs from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../simulator/wire/aws-error.ts';
import { ConnectionLost } from '../../../simulator/wire/http.ts';
import type { SimulatedService } from '../../../simulator/wire/service.ts';
import type { CallAttempt, WireOptions } from '../../../simulator/wire/wire.ts';
import { createFakeWorld, type FakeWorld, open } from './fake-world.ts';

const LATENCY = { medianMs: 100, p99Ms: 400 };

function clusterWorld(options: Partial<WireOptions> = {}, service: Partial<SimulatedService> = {}) {
  const effectsAtMs: number[] = [];
  const world: FakeWorld = createFakeWorld(
    [
      {
        name: 'ecs',
        protocol: 'awsJson1_1',
        schemas: ecs as unknown as Record<string, unknown>,
        operations: {
          ListClusters: open(() => {
            effectsAtMs.push(world.kernel.clock.now());
            return { clusterArns: ['a', 'b', 'c', 'd'] };
          }),
        },
        ...service,
      },
    ],
    { latency: LATENCY, ...options },
  );
  const client = new ecs.ECSClient(world.clientConfig);
  return { ...world, effectsAtMs, list: () => world.settle(client.send(new ecs.ListClustersCommand({}))) };
}

describe('time', () => {
  it('passes while a call is answered, and the effect lies within it', async () => {
    const world = clusterWorld();
    const startMs = world.kernel.clock.now();

    for (let calls = 0; calls < 50; calls++) {
      const calledAtMs = world.kernel.clock.now();
      await world.list();
      expect(world.effectsAtMs.at(-1)).toBeGreaterThanOrEqual(calledAtMs);
      expect(world.effectsAtMs.at(-1)).toBeLessThanOrEqual(world.kernel.clock.now());
    }

    const meanMs = (world.kernel.clock.now() - startMs) / 50;
    expect(meanMs).toBeGreaterThan(60);
    expect(meanMs).toBeLessThan(250);
  });
});

describe('the trace', () => {
  it('tells each call once, with long lists as their lengths', async () => {
    const world = clusterWorld();

    await world.list();

    expect(world.kernel.trace.entries).toEqual([
      expect.objectContaining({
        kind: 'call',
        service: 'ecs',
        operation: 'ListClusters',
        caller: { kind: 'operator', name: 'AKIASOMEBODY' },
        input: {},
        output: { clusterArns: { items: 4 } },
      }),
    ]);
  });

  it('hands the full output to a listener', async () => {
    const outputs: unknown[] = [];
    const world = clusterWorld({ onCall: ({ output }) => outputs.push(output) });

    await world.list();

    expect(outputs).toEqual([{ clusterArns: ['a', 'b', 'c', 'd'] }]);
  });
});

describe('request budgets', () => {
  const budgets = [{ operations: ['ListClusters'], burst: 2, perSecond: 0.5 }];

  it('lets a burst through, then answers with a throttling error until tokens have come back', async () => {
    const world = clusterWorld({ latency: { medianMs: 1, p99Ms: 1.01 } }, { budgets });

    await world.list();
    await world.list();
    await expect(world.list()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    await world.kernel.clock.runFor(2_000);

    await expect(world.list()).resolves.toBeDefined();
    expect(world.effectsAtMs).toHaveLength(3);
  });
});

describe('permissions', () => {
  it('are asked for every authorisation that an operation names, before it runs', async () => {
    const asked: unknown[] = [];
    const deny: WireOptions['authorize'] = (_service, operation, { caller }, authorization) => {
      asked.push([operation, caller, authorization.resources]);
      if (authorization.resources.includes('secret')) throw new AwsError('AccessDeniedException', 'no');
    };
    const world = clusterWorld(
      { authorize: deny },
      {
        operations: {
          ListClusters: {
            authorize: () => [{ resources: ['*'] }, { resources: ['secret'], action: 'kms:Decrypt' }],
            run: () => expect.unreachable(),
          },
        },
      },
    );
    const caller = { kind: 'function', functionName: 'f', roleArn: 'r', requestId: 'q' } as const;
    world.credentials.issue('AKIASOMEBODY', () => caller);

    await expect(world.list()).rejects.toMatchObject({ name: 'AccessDeniedException' });

    expect(asked).toEqual([
      ['ListClusters', caller, ['*']],
      ['ListClusters', caller, ['secret']],
    ]);
  });

  it('are not given to a request without a signature', async () => {
    const world = clusterWorld();

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'ecs.eu-central-1.amazonaws.com',
        headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters' },
        body: '{}',
      }),
    );

    expect(JSON.parse(answer.body).__type).toBe('MissingAuthenticationTokenException');
    expect(world.effectsAtMs).toEqual([]);
  });
});

describe('faults', () => {
  it.each([
    [
      'an error before the effect',
      { effect: 'none', answer: new AwsError('ServerException', 'x', { status: 500 }) },
      0,
    ],
    [
      'an error after the effect',
      { effect: 'happens', answer: new AwsError('ServerException', 'x', { status: 500 }) },
      1,
    ],
  ] as const)('%s reaches the caller', async (_what, fault, effects) => {
    const world = clusterWorld({ intercept: () => fault });

    await expect(world.list()).rejects.toMatchObject({ name: 'ServerException', $metadata: { httpStatusCode: 500 } });

    expect(world.effectsAtMs).toHaveLength(effects);
  });

  it('cut a connection after the effect', async () => {
    const attempts: CallAttempt[] = [];
    const world = clusterWorld({
      intercept: (attempt) => {
        attempts.push(attempt);
        return { effect: 'happens', answer: new ConnectionLost() };
      },
    });

    await expect(world.list()).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(world.effectsAtMs).toHaveLength(1);
    expect(attempts).toMatchObject([{ service: 'ecs', operation: 'ListClusters', input: {} }]);
  });

  it('delay an answer', async () => {
    const world = clusterWorld({ intercept: () => ({ effect: 'happens', extraLatencyMs: 60_000 }) });
    const startMs = world.kernel.clock.now();

    await expect(world.list()).resolves.toMatchObject({ clusterArns: ['a', 'b', 'c', 'd'] });

    expect(world.kernel.clock.now() - startMs).toBeGreaterThanOrEqual(60_000);
  });
});

describe('a sender that has ceased to exist', () => {
  it('has no further effect', async () => {
    const world = clusterWorld();
    const request = {
      method: 'POST',
      path: '/',
      host: 'ecs.eu-central-1.amazonaws.com',
      headers: {
        'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ecs/aws4_request, Signature=00',
      },
      body: '{}',
      isAbandoned: () => true,
    };

    await expect(world.settle(world.wire.handle(request))).rejects.toThrow(ConnectionLost);

    expect(world.effectsAtMs).toEqual([]);
  });
});
