import { expect, test } from 'vitest';
import { createLambdaWorld, handler } from './lambda-world.ts';

const TELLING = handler(`
  exports.handler = async () => {
    const before = process.env.SETTING;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { before, after: process.env.SETTING, at: Date.now() };
  };`);

test('A function that is configured anew ends what it began with the old variables, and begins with the new ones', async () => {
  const world = createLambdaWorld();
  const arn = world.deploy(TELLING, { environment: { SETTING: 'old' } });
  await world.invoke(arn);

  const underWay = world.lambda.invoke(arn, {});
  await world.kernel.clock.runFor(300);
  world.lambda.configure(arn, { SETTING: 'new' });
  await world.kernel.clock.runFor(1_000);

  expect(await underWay).toMatchObject({ payload: { before: 'old', after: 'old' } });
  expect(await world.invoke(arn)).toMatchObject({ payload: { before: 'new', after: 'new' } });
  const starts = world.entries('invocation').filter(({ phase }) => phase === 'start');
  expect(starts.map(({ coldStart }) => coldStart)).toEqual([true, false, true]);
});

test('An environment that is still starting when its function is configured anew is used for nothing else', async () => {
  const world = createLambdaWorld();
  const arn = world.deploy(TELLING, { environment: { SETTING: 'old' } });

  const starting = world.lambda.invoke(arn, {});
  // Beyond the dispatch, and before any environment can have started.
  await world.kernel.clock.runFor(50);
  world.lambda.configure(arn, { SETTING: 'new' });
  await world.kernel.clock.runFor(5_000);

  expect(await starting).toMatchObject({ payload: { before: 'old', after: 'old' } });
  expect(await world.invoke(arn)).toMatchObject({ payload: { before: 'new', after: 'new' } });
});

test('An environment whose clock is off sees another time than the world, and waits as long as it says', async () => {
  const world = createLambdaWorld({ clockSkewMs: (name) => (name === 'ahead' ? 2_000 : 0) });
  const startMs = world.kernel.clock.now();

  const ahead = await world.invoke(world.deploy(TELLING, { name: 'ahead' }));
  const nowMs = world.kernel.clock.now();

  expect(ahead).toMatchObject({ payload: { at: nowMs + 2_000 } });
  expect(nowMs - startMs).toBeLessThan(2_000);
  expect(await world.invoke(world.deploy(TELLING))).toMatchObject({ payload: { at: world.kernel.clock.now() } });
});
