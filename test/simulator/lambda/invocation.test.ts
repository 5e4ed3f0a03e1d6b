import { describe, expect, it } from 'vitest';
import { createLambdaWorld } from './lambda-world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

function handler(body: string): Record<string, string> {
  return { 'index.js': body };
}

const COUNTING = handler(`
  let loaded = Date.now(), calls = 0;
  exports.handler = async (event) => {
    const result = { loaded, calls: ++calls, event };
    await new Promise((resolve) => setTimeout(resolve, 500));
    return result;
  };`);

describe('an invocation', () => {
  it('hands over the event and the result as JSON', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(
      handler('exports.handler = async (event) => ({ ...event, when: new Date(0), nothing: undefined });'),
    );

    const result = await world.invoke(arn, { a: 1, gone: undefined, at: new Date(5) });

    expect(result).toEqual({
      outcome: 'success',
      payload: { a: 1, at: '1970-01-01T00:00:00.005Z', when: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('has a context that knows the function and the time that is left', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(
      handler(`exports.handler = async (event, context) => {
        const before = context.getRemainingTimeInMillis();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return { ...context, elapsed: before - context.getRemainingTimeInMillis(), before };
      };`),
      { name: 'ebbtide-sweep' },
    );

    const result = await world.invoke(arn);

    expect(result).toMatchObject({
      payload: {
        before: 3_000,
        elapsed: 1_000,
        functionName: 'ebbtide-sweep',
        invokedFunctionArn: arn,
        memoryLimitInMB: '128',
        logGroupName: '/aws/lambda/ebbtide-sweep',
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  it.each([
    ['an Error that is thrown', "throw new TypeError('bad');", 'TypeError', 'bad'],
    ['text that is thrown', "throw 'bad';", 'string', 'bad'],
    ['a rejection', "return Promise.reject(new RangeError('far'));", 'RangeError', 'far'],
    ['process.exit', 'process.exit(3);', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'],
    [
      'an exception in a timer',
      "return new Promise(() => setTimeout(() => { throw new Error('late'); }, 10));",
      'Runtime.UnhandledError',
      'late',
    ],
  ])('ends with an error after %s', async (_what, code, errorType, errorMessage) => {
    const world = createLambdaWorld();
    const arn = world.deploy(handler(`exports.handler = async () => { ${code} };`));

    expect(await world.invoke(arn)).toEqual({ outcome: 'error', errorType, errorMessage });
  });

  it('may be answered through a callback in runtimes that still have it', async () => {
    const world = createLambdaWorld();
    const code = handler(
      'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, 7), 5); };',
    );
    const older = world.deploy(code, { runtime: 'nodejs22.x' });
    const current = world.deploy(code, { runtime: 'nodejs24.x' });

    expect(await world.invoke(older)).toEqual({ outcome: 'success', payload: 7 });
    expect(await world.invoke(current)).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  it('of a function that does not exist is an error', async () => {
    const world = createLambdaWorld();

    const result = await world.invoke('arn:aws:lambda:eu-central-1:111122223333:function:nobody');

    expect(result).toMatchObject({ outcome: 'error', errorType: 'ResourceNotFoundException' });
  });
});

describe('initialisation', () => {
  it('fails each invocation anew when the module throws', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(handler("console.log('loading'); throw new SyntaxError('broken');"));

    const results = [await world.invoke(arn), await world.invoke(arn)];

    expect(results).toEqual(Array(2).fill({ outcome: 'error', errorType: 'SyntaxError', errorMessage: 'broken' }));
    expect(world.lines()).toHaveLength(2);
  });

  it.each([
    ['no such file', {}, 'Runtime.ImportModuleError', "Error: Cannot find module 'index'"],
    [
      'no such export',
      handler('exports.other = 1;'),
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    ['a module that is not bundled', handler("require('left-pad');"), 'Error', "Cannot find module 'left-pad'"],
  ])('fails for %s', async (_what, files, errorType, errorMessage) => {
    const world = createLambdaWorld();
    const arn = world.deploy({ 'package.json': '{}', ...files });

    expect(await world.invoke(arn)).toEqual({ outcome: 'error', errorType, errorMessage });
  });
});

describe('execution environments', () => {
  it('are reused while warm, and start cold when two invocations overlap', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(COUNTING);

    await world.invoke(arn);
    const [second, third] = await Promise.all([
      world.lambda.invoke(arn, 2),
      world.lambda.invoke(arn, 3),
      world.kernel.clock.runFor(MINUTE_MS),
    ]);

    expect(second).toMatchObject({ payload: { calls: 2 } });
    expect(third).toMatchObject({ payload: { calls: 1 } });
    const starts = world.entries('invocation').filter(({ phase }) => phase === 'start');
    expect(starts.map(({ coldStart }) => coldStart)).toEqual([true, false, true]);
    expect(new Set(starts.map(({ environment }) => environment)).size).toBe(2);
  });

  it('are recycled after a quarter of an hour without work', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(COUNTING);

    await world.invoke(arn);
    await world.kernel.clock.runFor(4 * MINUTE_MS);
    expect(await world.invoke(arn)).toMatchObject({ payload: { calls: 2 } });
    await world.kernel.clock.runFor(16 * MINUTE_MS);

    expect(await world.invoke(arn)).toMatchObject({ payload: { calls: 1 } });
  });

  it('do not live for ever, however busy', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(COUNTING);
    const environments = new Set();

    for (let minute = 0; minute < 7 * 60; minute++) {
      await world.invoke(arn);
      await world.kernel.clock.runFor(MINUTE_MS);
    }

    for (const { environment } of world.entries('invocation'))
      if (environment !== undefined) environments.add(environment);
    expect(environments.size).toBeGreaterThan(1);
  });

  it('are frozen between invocations: timers wait, and fire when the next one thaws them', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(
      handler(`exports.handler = async (event) => {
        console.log('handler', event);
        if (event === 1) setTimeout(() => console.log('late'), 1_000);
        else await new Promise((resolve) => setTimeout(resolve, 1));
      };`),
    );

    await world.invoke(arn, 1);
    await world.kernel.clock.runFor(2 * MINUTE_MS);
    expect(world.lines().map(lastField)).toEqual(['handler 1']);
    await world.invoke(arn, 2);

    expect(world.lines().map(lastField)).toEqual(['handler 1', 'handler 2', 'late']);
  });
});

function lastField(line: unknown): string | undefined {
  return String(line).split('\t').at(-1);
}

describe('a timeout', () => {
  const STUCK = handler(`
    let calls = 0;
    exports.handler = async () => {
      if (++calls > 1) return 'reused';
      setTimeout(() => console.log('too late'), 4_000);
      await new Promise(() => {});
    };`);

  it('ends the invocation after its virtual time, and the environment with it', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(STUCK);

    const result = await world.invoke(arn);
    await world.kernel.clock.runFor(MINUTE_MS);
    const start = world.entries('invocation').find(({ phase }) => phase === 'start');
    const end = world.entries('invocation').find(({ phase }) => phase === 'timeout');

    expect(result).toMatchObject({
      outcome: 'timeout',
      errorMessage: expect.stringMatching(/Z [0-9a-f-]{36} Task timed out after 3\.00 seconds$/),
    });
    expect(Date.parse(String(end?.at)) - Date.parse(String(start?.at))).toBe(3_000);
    expect(world.lines()).toEqual([]);
    expect(await world.invoke(arn)).toMatchObject({ outcome: 'timeout' });
  });
});

describe('concurrency', () => {
  const SLOW = handler('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 2_000));');

  it('is limited by what a function reserves', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(SLOW, { reservedConcurrency: 1 });

    const results = Promise.all([world.lambda.invoke(arn, 1), world.lambda.invoke(arn, 2)]);
    await world.kernel.clock.runFor(10 * SECOND_MS);

    expect((await results).map(({ outcome }) => outcome)).toEqual(['success', 'throttled']);
    expect(await world.invoke(arn)).toMatchObject({ outcome: 'success' });
  });

  it("is limited by the account's unreserved rest", async () => {
    const world = createLambdaWorld({ accountConcurrency: 3 });
    const reserving = world.deploy(SLOW, { reservedConcurrency: 1 });
    const [one, two] = [world.deploy(SLOW), world.deploy(SLOW)];

    const results = Promise.all([one, two, one, reserving].map((arn) => world.lambda.invoke(arn, null)));
    await world.kernel.clock.runFor(10 * SECOND_MS);

    expect((await results).map(({ outcome }) => outcome)).toEqual(['success', 'success', 'throttled', 'success']);
  });
});

describe('a killed environment', () => {
  it('fails its invocation at once, and does nothing more', async () => {
    const world = createLambdaWorld();
    const arn = world.deploy(
      handler(`exports.handler = async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        console.log('never');
      };`),
    );

    const result = world.lambda.invoke(arn, null);
    await world.kernel.clock.runFor(SECOND_MS);
    const requestId = String(world.entries('invocation')[0]?.requestId);

    expect(world.lambda.kill(requestId)).toBe(true);
    await world.kernel.clock.runFor(MINUTE_MS);
    expect(await result).toMatchObject({ outcome: 'error', errorType: 'Runtime.ExitError' });
    expect(world.lines()).toEqual([]);
    expect(world.lambda.kill(requestId)).toBe(false);
  });
});
