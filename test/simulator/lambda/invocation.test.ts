import { describe, expect, it } from 'vitest';
import { createLambdaWorld, handler } from './lambda-world.ts';

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
