import { describe, expect, test } from 'vitest';
import { createSimulator } from '../../../simulator/simulator.ts';
import { serveWorld } from '../serve/served-world.ts';

interface Answer {
  readonly StatusCode?: number;
  readonly FunctionError?: string;
  readonly ExecutedVersion?: string;
  readonly LogResult?: string;
  readonly Payload?: Uint8Array;
}

async function world() {
  const served = await serveWorld('clusters: [{ name: prod }]');
  const { call } = served;
  return {
    ...served,
    async invoke(event: unknown, more: object = {}) {
      const input = { FunctionName: 'echo', Payload: JSON.stringify(event), ...more };
      const { Payload, ...answer } = await call<Answer>('lambda', 'Invoke', input);
      const text = Buffer.from(Payload ?? []).toString('utf8');
      return { ...answer, result: text === '' ? undefined : JSON.parse(text) };
    },
    refusal: (operation: string, input: object) =>
      call('lambda', operation, input).then(
        () => undefined,
        ({ name, message, $metadata }) => ({ name, message, status: $metadata.httpStatusCode }),
      ),
  };
}

describe('Invoke', () => {
  test('answers what the function returns', async () => {
    const { invoke, defects } = await world();
    expect(await invoke({ text: 'grün' })).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      result: { text: 'grün' },
    });
    expect(defects).toEqual([]);
  });

  test.each([
    'echo',
    'echo:$LATEST',
    '111122223333:function:echo',
    'arn:aws:lambda:eu-central-1:111122223333:function:echo',
  ])('finds the function as %s', async (FunctionName) => {
    const { invoke } = await world();
    expect(await invoke(1, { FunctionName })).toMatchObject({ result: 1 });
  });

  test('says in a header that the function failed, and in the payload how', async () => {
    const { invoke } = await world();
    expect(await invoke({ fail: 'Broken' })).toMatchObject({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      result: { errorType: 'Broken', errorMessage: 'as asked', trace: expect.any(Array) },
    });
  });

  test('hands out the end of the log', async () => {
    const { invoke } = await world();
    const { LogResult = '' } = await invoke({ a: 1 }, { LogType: 'Tail' });
    const log = Buffer.from(LogResult, 'base64').toString('utf8');
    expect(log).toMatch(/^START RequestId: ([0-9a-f-]{36}) Version: \$LATEST\n/);
    expect(log).toContain('got {"a":1}');
    expect(log).toMatch(
      /\nREPORT RequestId: .*\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\n$/,
    );
    const long = await invoke({ a: 'x'.repeat(9_000) }, { LogType: 'Tail' });
    expect(Buffer.from(long.LogResult ?? '', 'base64')).toHaveLength(4_096);
  });

  test('as an event is accepted at once and runs later, with the retries of asynchronous invocations', async () => {
    const { invoke, control, simulator } = await world();
    expect(await invoke({ fail: 'Broken' }, { InvocationType: 'Event' })).toEqual({
      StatusCode: 202,
      result: undefined,
    });
    await control('advance', { seconds: 600 });
    const failures = simulator.kernel.trace.entries.filter(({ phase }) => phase === 'error');
    expect(failures).toHaveLength(3);
  });

  test('as a dry run runs nothing', async () => {
    const { invoke, simulator } = await world();
    expect(await invoke({}, { InvocationType: 'DryRun' })).toEqual({ StatusCode: 204, result: undefined });
    expect(simulator.kernel.trace.entries.filter(({ kind }) => kind === 'invocation')).toEqual([]);
  });

  test('is refused where Lambda refuses it', async () => {
    const { refusal } = await world();
    const FunctionName = 'echo';
    const text = (bytes: number) => JSON.stringify('x'.repeat(bytes));
    const notFound = 'Function not found: arn:aws:lambda:eu-central-1:111122223333:function:';
    expect(await refusal('Invoke', { FunctionName: 'none' })).toEqual({
      name: 'ResourceNotFoundException',
      message: `${notFound}none`,
      status: 404,
    });
    expect(await refusal('Invoke', { FunctionName, Qualifier: '7' })).toMatchObject({ message: `${notFound}echo:7` });
    expect(await refusal('Invoke', { FunctionName, Payload: '{"a":' })).toMatchObject({
      name: 'InvalidRequestContentException',
      status: 400,
    });
    expect(await refusal('Invoke', { FunctionName, Payload: text(6 * 2 ** 20) })).toMatchObject({
      name: 'RequestTooLargeException',
      message: expect.stringContaining('6291456 bytes'),
      status: 413,
    });
    const event = { FunctionName, InvocationType: 'Event' };
    expect(await refusal('Invoke', { ...event, Payload: text(2 ** 20) })).toMatchObject({ status: 413 });
    expect(await refusal('Invoke', { ...event, Payload: text(2 ** 20 - 2) })).toBeUndefined();
    expect(await refusal('Invoke', { FunctionName, InvocationType: 'Later' })).toMatchObject({ status: 400 });
  });
});

describe('what is deployed', () => {
  test('is listed in pages', async () => {
    const { call, simulator } = await world();
    simulator.deploy({ template: callers(), artifactsDirectory: '.', stackName: 'callers' });
    const names: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page: { Functions: { FunctionName: string }[]; NextMarker?: string } = await call(
        'lambda',
        'ListFunctions',
        {
          MaxItems: 2,
          Marker,
        },
      );
      names.push(page.Functions.map(({ FunctionName }) => FunctionName));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(names).toEqual([['allowed', 'echo'], ['forbidden']]);
  });

  test('is described', async () => {
    const { call, refusal } = await world();
    const described = {
      FunctionName: 'echo',
      FunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:echo',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 3,
      MemorySize: 128,
      Version: '$LATEST',
      Environment: { Variables: { COLOUR: 'blue' } },
      State: 'Active',
    };
    expect(await call('lambda', 'GetFunctionConfiguration', { FunctionName: 'echo' })).toMatchObject(described);
    expect(await call('lambda', 'GetFunction', { FunctionName: 'echo' })).toMatchObject({ Configuration: described });
    expect(await refusal('GetFunction', { FunctionName: 'none' })).toMatchObject({ name: 'ResourceNotFoundException' });
    const [
      {
        EventSourceMappings: [mapping],
      },
    ] = [
      await call<{ EventSourceMappings: { UUID: string }[] }>('lambda', 'ListEventSourceMappings', {
        EventSourceArn: 'arn:aws:sqs:eu-central-1:111122223333:jobs',
      }),
    ];
    expect(mapping).toMatchObject({ BatchSize: 10, State: 'Disabled', FunctionArn: described.FunctionArn });
    expect(await call('lambda', 'GetEventSourceMapping', { UUID: mapping?.UUID })).toEqual(mapping);
    expect(await refusal('GetEventSourceMapping', { UUID: '00000000-0000-4000-8000-000000000000' })).toMatchObject({
      status: 404,
    });
  });
});

/** Functions that invoke another function: one may, one may not. */
function callers(): object {
  const code = `
    const https = require('node:https');
    exports.handler = () => new Promise((resolve) => {
      const request = https.request({
        host: 'lambda.eu-central-1.amazonaws.com',
        path: '/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST',
        method: 'POST',
        headers: { authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260105/eu-central-1/lambda/aws4_request' },
      }, (response) => {
        let body = '';
        response.on('data', (chunk) => { body += chunk; });
        response.on('end', () => resolve({ status: response.statusCode, type: response.headers['x-amzn-errortype'], body }));
      });
      request.end('{"from":"a function"}');
    });`;
  const fn = (FunctionName: string, Policies: unknown[]) => ({
    Type: 'AWS::Serverless::Function',
    Properties: { FunctionName, Handler: 'index.handler', Runtime: 'nodejs24.x', InlineCode: code, Policies },
  });
  return {
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Allowed: fn('allowed', [{ LambdaInvokePolicy: { FunctionName: 'echo' } }]),
      Forbidden: fn('forbidden', []),
    },
  };
}

describe('a function that invokes another', () => {
  test('may do it where its role lets it', async () => {
    const { invoke, simulator, defects } = await world();
    simulator.deploy({ template: callers(), artifactsDirectory: '.', stackName: 'callers' });
    expect(await invoke({}, { FunctionName: 'allowed' })).toMatchObject({
      result: { status: 200, body: '{"from":"a function"}' },
    });
    const { result } = await invoke({}, { FunctionName: 'forbidden' });
    expect(result).toMatchObject({ status: 403, type: 'AccessDeniedException' });
    expect(result.body).toContain('is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:');
    expect(defects).toEqual([]);
  });
});

test('an operator in the process invokes it too', async () => {
  const simulator = createSimulator({ seed: 1 });
  await expect(simulator.call('lambda', 'ListFunctions', { MaxItems: 3 })).resolves.toEqual({ Functions: [] });
});
