import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands } from '../../simulator/serve/commands.ts';
import type { SimulatedService } from '../../simulator/wire/service.ts';
import { operationShapes, type Shape } from '../../simulator/wire/shape.ts';
import { type ServedWorld, serveWorld } from '../simulator/serve/served-world.ts';
import { anyJson, anyText, runs } from './arbitrary.ts';

/** Names of what there is, so that requests get past the first check, and time that a test can wait for. */
function namesIn({ simulator: { fleet, messaging } }: ServedWorld): string[] {
  const [instance] = fleet.views.containerInstances();
  const [task] = fleet.views.tasks();
  const [queue] = messaging.queues.all();
  const names = [instance?.arn, instance?.ec2InstanceId, task?.arn, queue?.arn, queue?.url];
  return ['prod', 'web', 'api', 'drain', 'jobs', 'incidents', ...names.flatMap((name) => name ?? [])];
}

/** @param depth how much deeper it may go: shapes hold themselves */
function inputs(shape: Shape, names: readonly string[], depth = 6): fc.Arbitrary<unknown> {
  if (depth < 0) return fc.constant(undefined);
  switch (shape.kind) {
    case 'structure': {
      const members = shape.members.map(({ name, isRequired, shape: member }) => {
        const value = inputs(member, names, depth - 1);
        // Deep optional structures are rare in requests, and there are thousands of them.
        const absent = isRequired ? 12 : member.kind === 'structure' ? 3 : 2;
        return [name, fc.option(value, { nil: undefined, freq: absent })] as const;
      });
      return fc
        .record(Object.fromEntries(members), { noNullPrototype: true })
        .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
    }
    case 'list':
      return fc.array(inputs(shape.member.shape, names, depth - 1), { maxLength: depth > 0 ? 3 : 0 });
    case 'map':
      return fc.dictionary(anyText, inputs(shape.value.shape, names, depth - 1), {
        maxKeys: depth > 0 ? 3 : 0,
        noNullPrototype: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
    case 'number':
      return fc.oneof(fc.integer({ min: -5, max: 200 }), fc.constantFrom(2 ** 31 - 1, -1, 0));
    case 'blob':
      return fc.uint8Array({ maxLength: 20 });
    case 'document':
      return anyJson;
    default:
      return fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString') },
        { weight: 2, arbitrary: anyText },
      );
  }
}

type Operations = readonly (readonly [service: SimulatedService, operation: string, input: Shape])[];

function operationsOf({ simulator }: ServedWorld): Operations {
  return simulator.services.flatMap((service) =>
    Object.keys(service.operations).flatMap((operation) => {
      const shapes = operationShapes(service.schemas, operation);
      return shapes === undefined ? [] : [[service, operation, shapes.input] as const];
    }),
  );
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

describe('an official client, whatever it asks of an operation,', () => {
  test('gets an answer or an error of AWS, and the world goes on', async () => {
    const world = await serveWorld();
    const operations = operationsOf(world);
    const names = namesIn(world);
    const requests = fc
      .constantFrom(...operations)
      .chain(([service, operation, shape]) =>
        inputs(shape, names).map((input) => ({ service: service.name, operation, input: input as object })),
      );
    let reached = 0;
    const asked = runs(1_500);

    await fc.assert(
      fc.asyncProperty(requests, async ({ service, operation, input }) => {
        try {
          await world.call(service, operation, input);
          reached++;
        } catch (error) {
          const { $metadata, message } = error as Failure;
          // Without an answer it was the client that refused to send it.
          if ($metadata?.httpStatusCode === undefined) return;
          reached++;
          expect([$metadata.httpStatusCode, message]).toEqual([
            expect.toSatisfy(isCallersFault),
            expect.stringMatching(/\S/),
          ]);
        }
        expect(world.defects.splice(0)).toEqual([]);
      }),
      asked,
    );

    expect(reached).toBeGreaterThan((asked.numRuns ?? 0) / 2);
    expect(await world.call('sts', 'GetCallerIdentity')).toMatchObject({ Account: '111122223333' });
  });
});

/** 503 is how EC2 and Auto Scaling throttle: the many requests of a fuzz test do run into that. */
function isCallersFault(status: number): boolean {
  return (status >= 400 && status < 500) || status === 503;
}

describe('anything that comes over HTTP', () => {
  test('is answered, with a 4xx where it is no request of AWS', async () => {
    const world = await serveWorld();
    const targets = operationsOf(world).map(([service, operation]) => `${service.name}.${operation}`);
    const printable = fc.stringMatching(/^[ -~]{0,40}$/);
    const header = fc.constantFrom(
      'x-amz-target',
      'content-type',
      'authorization',
      'x-amz-date',
      'x-amzn-query-mode',
      'accept',
    );
    const value = fc.oneof(
      printable,
      fc.constantFrom(...targets),
      fc.constantFrom(
        'AmazonEC2ContainerServiceV20141113.ListClusters',
        'application/x-amz-json-1.1',
        'application/x-www-form-urlencoded',
        'AWS4-HMAC-SHA256 Credential=test/20260105/eu-central-1/ecs/aws4_request, SignedHeaders=host, Signature=0',
      ),
    );
    const body = fc.oneof(
      anyText,
      anyJson.map((json) => JSON.stringify(json)),
      fc.constantFrom(...targets).map((target) => `Action=${target.split('.')[1]}&Version=2011-01-01`),
      anyText.map((text) => `Action=DescribeInstances&Filter.1.Name=${encodeURIComponent(text.toWellFormed())}`),
    );
    const requests = fc.record({
      method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      path: fc.oneof(
        fc.constant('/'),
        fc.webPath(),
        printable.map((text) => `/${encodeURIComponent(text)}`),
      ),
      headers: fc.dictionary(header, value, { noNullPrototype: true }),
      body,
    });

    await fc.assert(
      fc.asyncProperty(requests, async ({ method, path, headers, body: text }) => {
        const hasBody = method !== 'GET';
        const response = await fetch(world.url + path, { method, headers, ...(hasBody && { body: text }) });
        const answer = await response.text();
        if (response.status >= 400) expect(answer).toMatch(/\S/);
        expect([response.status, world.defects.splice(0)]).toEqual([
          expect.toSatisfy((status: number) => status < 500),
          [],
        ]);
      }),
      runs(800),
    );
    expect(await world.call('sts', 'GetCallerIdentity')).toMatchObject({ Account: '111122223333' });
  });
});

describe('a control command, whatever fields it is given,', () => {
  test('is carried out or refused by name, and the world goes on', async () => {
    const world = await serveWorld();
    const names = namesIn(world);
    const fields = [
      'instance',
      'group',
      'desired',
      'task',
      'zone',
      'cluster',
      'service',
      'minutes',
      'forSeconds',
      'percent',
    ];
    const values = fc.oneof(fc.constantFrom(...names), fc.integer({ min: -2, max: 300 }), fc.boolean(), anyJson);
    const command = fc.constantFrom(...commands.keys());
    const input = fc.oneof(
      { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...fields), values, { noNullPrototype: true }) },
      { weight: 1, arbitrary: anyJson },
    );

    await fc.assert(
      fc.asyncProperty(fc.record({ command, input }), async ({ command: name, input: given }) => {
        const { status, body } = await world.control(name, given as object);
        if (status !== 200) {
          expect([400, 404, 409]).toContain(status);
          expect(body.error).toMatchObject({ message: expect.stringMatching(/\S/) });
        }
        expect(world.defects.splice(0)).toEqual([]);
      }),
      runs(400),
    );
    expect((await world.control('state')).status).toBe(200);
  });
});
