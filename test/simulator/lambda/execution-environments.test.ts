import { describe, expect, it } from 'vitest';
import { createLambdaWorld, handler } from './lambda-world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const COUNTING = handler(`
  let loaded = Date.now(), calls = 0;
  exports.handler = async (event) => {
    const result = { loaded, calls: ++calls, event };
    await new Promise((resolve) => setTimeout(resolve, 500));
    return result;
  };`);

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
