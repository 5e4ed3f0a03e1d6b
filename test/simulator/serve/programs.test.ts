import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeFunction, serveProgramWorld } from './program-world.ts';

const EVERY_MINUTE = { events: [{ schedule: 'rate(1 minute)' }] };

/** Lets the world go until the first invocation is over. */
async function firstOutcome(program: string, settings: object = {}) {
  const world = await serveProgramWorld({
    functions: nodeFunction({ ...EVERY_MINUTE, retries: 0, ...settings }),
    files: { 'program.mjs': program },
  });
  await world.advance(110);
  return { ...world, outcome: world.invocations()[1] };
}

describe('a command', () => {
  test('gets the event on standard input, and its output is the result', async () => {
    const { invocations, lines, defects } = await firstOutcome(`
      let text = '';
      for await (const chunk of process.stdin) text += chunk;
      console.error('first line');
      console.error(JSON.stringify({ second: 'line' }));
      console.log(JSON.stringify({ type: JSON.parse(text)['detail-type'] }));
    `);
    expect(invocations().slice(0, 2)).toMatchObject([
      { phase: 'start', function: 'program', event: { source: 'aws.events' } },
      { phase: 'end', function: 'program', result: { type: 'Scheduled Event' } },
    ]);
    expect(lines()).toEqual(['first line', { second: 'line' }]);
    expect(defects).toEqual([]);
  });

  test('finds the simulated account and no other in its environment', async () => {
    const { outcome, url, simulator } = await firstOutcome(
      'console.log(JSON.stringify({ ...process.env, left: process.env.LAMBDA_DEADLINE_MS - Date.now() }))',
      { environment: { CLUSTER: 'prod' }, timeoutSeconds: 20 },
    );
    const environment = outcome?.result as Record<string, string>;
    expect(environment).toMatchObject({
      CLUSTER: 'prod',
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'program',
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      LAMBDA_FUNCTION_ARN: simulator.lambda.findFunction('program')?.arn,
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(Number(environment.left)).toBeGreaterThan(10_000);
  });

  const failures: [what: string, program: string, errorType: string, message: RegExp][] = [
    ['ends with another code than 0', 'process.exit(3)', 'Runtime.ExitError', /exited with error: exit status 3$/],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", 'Runtime.ExitError', /signal: SIGKILL$/],
    ['writes no JSON', "console.log('fine')", 'Runtime.MarshalError', /must be one JSON document or empty, not "fine"/],
    [
      'says itself what is wrong',
      "console.log(JSON.stringify({ errorType: 'Stuck', errorMessage: 'no capacity' })); process.exit(1)",
      'Stuck',
      /^no capacity$/,
    ],
    [
      'answers more than Lambda takes',
      "process.stdout.write(JSON.stringify('x'.repeat(6400000)))",
      'Function.ResponseSizeTooLarge',
      /6291556 bytes/,
    ],
  ];
  test.each(failures)('that %s fails the invocation', async (_what, program, errorType, message) => {
    const { outcome } = await firstOutcome(program);
    expect(outcome).toMatchObject({ phase: 'error', errorType, errorMessage: expect.stringMatching(message) });
  });

  test('that cannot be started fails the invocation with the reason', async () => {
    const functions = { functions: [{ name: 'program', command: ['./not-here'], retries: 0, ...EVERY_MINUTE }] };
    const { advance, invocations } = await serveProgramWorld({ functions });
    await advance(110);
    expect(invocations()[1]).toMatchObject({
      phase: 'error',
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: expect.stringContaining('./not-here cannot be started'),
    });
  });

  test('that hangs is killed at its timeout, with what it started, and told as Lambda tells it', async () => {
    const { outcome, lines } = await firstOutcome(
      `import { spawn } from 'node:child_process';
       const server = "const s = require('node:http').createServer((q, r) => r.end()); " +
         "s.listen(0, '127.0.0.1', () => console.error(s.address().port))";
       spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'ignore', 'inherit'] });
       setInterval(() => {}, 1000);`,
      { timeoutSeconds: 2 },
    );
    expect(outcome).toMatchObject({
      phase: 'timeout',
      durationMs: 2_000,
      errorMessage: expect.stringMatching(/Task timed out after 2\.00 seconds$/),
    });
    const port = Number(lines()[0]);
    expect(port).toBeGreaterThan(0);
    await expect.poll(() => answers(port), { timeout: 5_000 }).toBe(false);
  });

  test('that fails is tried again as Lambda does: after one and two minutes, and no more', async () => {
    const world = await serveProgramWorld({
      functions: nodeFunction({ events: [{ pattern: { source: ['aws.autoscaling'] } }] }),
      files: { 'program.mjs': 'process.exit(1)' },
    });
    world.simulator.messaging.invokeAsync('program', { hello: 'there' });
    await world.advance(600);
    const starts = world.invocations().filter(({ phase }) => phase === 'start');
    const seconds = starts.map(({ at }) => Math.round((Date.parse(at) - Date.parse(starts[0]?.at ?? '')) / 1_000));
    expect(starts).toHaveLength(3);
    expect(seconds[1]).toBeGreaterThanOrEqual(60);
    expect(seconds[1]).toBeLessThan(65);
    expect((seconds[2] ?? 0) - (seconds[1] ?? 0)).toBeGreaterThanOrEqual(120);
  });

  test('calls the account while it runs, as its role may', async () => {
    const { outcome, defects } = await firstOutcome(
      `const sign = (service) => 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID +
         '/20260105/eu-central-1/' + service + '/aws4_request';
       const call = async (operation) => {
         const response = await fetch(process.env.AWS_ENDPOINT_URL, {
           method: 'POST', body: '{}',
           headers: { authorization: sign('ecs'), 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.' + operation },
         });
         return response.json();
       };
       const { clusterArns } = await call('ListClusters');
       const { __type } = await call('DescribeClusters');
       console.log(JSON.stringify({ clusterArns, __type }));`,
      { permissions: [{ Action: 'ecs:ListClusters', Resource: '*' }] },
    );
    expect(outcome?.result).toEqual({
      clusterArns: ['arn:aws:ecs:eu-central-1:111122223333:cluster/prod'],
      __type: 'AccessDeniedException',
    });
    expect(defects).toEqual([]);
  });

  test('takes real time, second for second, while the stepped world would otherwise jump or stand still', async () => {
    const { invocations, simulator, advance } = await firstOutcome('setTimeout(() => {}, 1500)');
    const durationMs = Number(invocations()[1]?.durationMs);
    expect(durationMs).toBeGreaterThanOrEqual(1_500);
    expect(durationMs).toBeLessThan(10_000);
    await advance(5);
    const beforeMs = simulator.kernel.clock.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(simulator.kernel.clock.now()).toBe(beforeMs);
  });
});

describe('an HTTP target', () => {
  test('gets the event with the headers of the runtime API, and its answer is the result', async () => {
    let seen: { headers: IncomingHttpHeaders; body: string } | undefined;
    const { outcome, simulator } = await served((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen = { headers: request.headers, body };
        response.end('{"drained":true}');
      });
    });
    expect(outcome).toMatchObject({ phase: 'end', result: { drained: true } });
    expect(JSON.parse(seen?.body ?? '')).toMatchObject({ 'detail-type': 'Scheduled Event' });
    expect(seen?.headers).toMatchObject({
      'lambda-runtime-aws-request-id': outcome?.requestId,
      'lambda-runtime-invoked-function-arn': simulator.lambda.findFunction('program')?.arn,
      'lambda-runtime-deadline-ms': expect.stringMatching(/^\d{13}$/),
    });
  });

  test.each([
    [500, 'Runtime.Unknown', /answered with status 500$/, 'sorry'],
    [502, 'Broken', /^pipe$/, '{"errorType":"Broken","errorMessage":"pipe"}'],
  ])('that answers with status %d fails the invocation', async (status, errorType, message, body) => {
    const { outcome } = await served((_request, response) => response.writeHead(status).end(body));
    expect(outcome).toMatchObject({ phase: 'error', errorType, errorMessage: expect.stringMatching(message) });
  });

  test('that never answers is given up at the timeout', async () => {
    const { outcome } = await served(() => {});
    expect(outcome).toMatchObject({ phase: 'timeout', errorMessage: expect.stringContaining('timed out after 1.00') });
  });

  test('where nobody listens fails the invocation', async () => {
    const { outcome } = await served(undefined);
    expect(outcome).toMatchObject({ phase: 'error', errorMessage: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('what invokes a function', () => {
  test('is a queue or a topic as well, which are made when there are none', async () => {
    const { simulator, advance, invocations } = await serveProgramWorld({
      functions: nodeFunction({ events: [{ queue: 'work' }, { topic: 'news' }] }),
      files: { 'program.mjs': '' },
    });
    const QueueUrl = simulator.messaging.queues.arnOfUrl('work').replace(/.*:(\d+):/, 'https://sqs/$1/');
    const call = (service: string, operation: string, input: object) => {
      const { queues, topics } = simulator.messaging;
      if (service === 'sqs') queues.send(queues.byUrl(QueueUrl), { body: JSON.stringify(input), senderId: 'test' });
      else topics.publish(topics.byArn(topics.arnOf('news')), { message: operation, attributes: {} });
    };
    call('sqs', '', { job: 1 });
    await advance(20);
    call('sns', 'hello', {});
    await advance(20);
    const events = invocations().flatMap(({ phase, event }) => (phase === 'start' ? [event] : []));
    expect(events).toMatchObject([
      { Records: [{ eventSource: 'aws:sqs', body: '{"job":1}' }] },
      { Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello', Type: 'Notification' } }] },
    ]);
    expect(simulator.messaging.queues.byUrl(QueueUrl).measure()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

/** A world with a function that posts to `listener`; without one, to a port that nobody listens on. */
async function served(listener: RequestListener | undefined) {
  const target = createServer(listener);
  await new Promise<void>((resolve) => {
    target.listen(0, '127.0.0.1', resolve);
  });
  const { port } = target.address() as AddressInfo;
  if (listener === undefined) target.close();
  onTestFinished(() => {
    target.closeAllConnections();
    target.close();
  });
  const fn = { name: 'program', http: `http://127.0.0.1:${port}/`, timeoutSeconds: 1, retries: 0, ...EVERY_MINUTE };
  const world = await serveProgramWorld({ functions: { functions: [fn] } });
  await world.advance(110);
  return { ...world, outcome: world.invocations()[1] };
}
