import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Driver } from '../../../simulator/serve/driver.ts';
import { Programs } from '../../../simulator/serve/programs/programs.ts';
import type { Pace, RealTime } from '../../../simulator/serve/real-time.ts';
import { createSimulator } from '../../../simulator/simulator.ts';

/** Real time in the hand of the test. */
function handTime() {
  let nowMs = 0;
  let waiting: { atMs: number; wake: () => void } | undefined;
  const realTime: RealTime = {
    nowMs: () => nowMs,
    wakeAfter: (delayMs, wake) => {
      waiting = { atMs: nowMs + delayMs, wake };
      return () => {
        waiting = undefined;
      };
    },
  };
  return {
    realTime,
    /** Lets real time go on in steps, each as long as the driver wants to sleep. */
    async pass(durationMs: number) {
      const untilMs = nowMs + durationMs;
      while (nowMs < untilMs) {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        nowMs = Math.min(untilMs, Math.max(waiting?.atMs ?? untilMs, nowMs + 1));
        if (waiting !== undefined && waiting.atMs <= nowMs) waiting.wake();
      }
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    /** The machine sleeps. */
    jump(durationMs: number) {
      nowMs += durationMs;
    },
  };
}

function drivenAt(speed: number) {
  const simulator = createSimulator({ seed: 1 });
  const time = handTime();
  const defects: unknown[] = [];
  const driver = new Driver(simulator, { kind: 'real-time', speed, realTime: time.realTime }, (error) =>
    defects.push(error),
  );
  const { clock } = simulator.kernel;
  const startMs = clock.now();
  driver.start();
  return { driver, time, clock, defects, elapsedMs: () => clock.now() - startMs };
}

describe('virtual time', () => {
  test.each([0.5, 1, 60])('follows real time, %d times as fast', async (speed) => {
    const { driver, time, elapsedMs } = drivenAt(speed);
    await time.pass(10_000);
    await driver.close();
    expect(Math.abs(elapsedMs() - 10_000 * speed)).toBeLessThanOrEqual(1_000 * speed);
  });

  test('is whole milliseconds at any speed', async () => {
    const { driver, time, clock } = drivenAt(1.37);
    await time.pass(3_333);
    await driver.close();
    expect(Number.isInteger(clock.now())).toBe(true);
  });

  test('does not rush after the machine has slept', async () => {
    const { driver, time, elapsedMs } = drivenAt(1);
    await time.pass(2_000);
    time.jump(3_600_000);
    await time.pass(2_000);
    await driver.close();
    expect(elapsedMs()).toBeLessThan(6_000);
  });

  test('goes ahead at once when told to, and follows real time from there', async () => {
    const { driver, time, elapsedMs } = drivenAt(1);
    const there = driver.advance(3_600_000);
    await time.pass(100);
    await there;
    await time.pass(5_000);
    await driver.close();
    expect(elapsedMs()).toBeGreaterThanOrEqual(3_600_000);
    expect(elapsedMs()).toBeLessThan(3_607_000);
  });

  test('stands still in a stepped world, except for what an answer needs', async () => {
    const simulator = createSimulator({ seed: 1 });
    const { clock } = simulator.kernel;
    const startMs = clock.now();
    const driver = new Driver(simulator, { kind: 'stepped' }, () => {});
    driver.start();
    await driver.enter(() => clock.sleep(250));
    expect(clock.now() - startMs).toBe(250);
    await driver.advance(1_000);
    expect(clock.now() - startMs).toBe(1_250);
    await driver.close();
  });

  test('goes on after a defect, which is told', async () => {
    const { driver, time, clock, defects, elapsedMs } = drivenAt(1);
    clock.after(1_000, () => {
      throw new Error('a defect');
    });
    await time.pass(5_000);
    await driver.close();
    expect(defects).toHaveLength(1);
    expect(elapsedMs()).toBeGreaterThan(3_000);
  });
});

/** A world in which a program can be started that runs until it is killed. */
async function withProgram(paceOf: (realTime: RealTime) => Pace) {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const time = handTime();
  const programs = new Programs({ realTime: time.realTime, epochMs: () => 0, hostEnvironment: {} });
  const { kernel, ...simulator } = createSimulator({ seed: 1 });
  const driver = new Driver({ kernel, ...simulator }, paceOf(time.realTime), () => {}, programs);
  programs.serveBy({
    endpoint: '',
    enter: (work) => driver.enter(work),
    onBusy: (isBusy) => driver.followPrograms(isBusy),
  });
  driver.start();
  const { port } = silent.address() as AddressInfo;
  const target = { kind: 'http', url: `http://127.0.0.1:${port}/` } as const;
  const invocation = { target, functionName: 'f', functionArn: 'f', requestId: 'r', traceId: 't', payload: '{}' };
  return {
    driver,
    startProgram: () =>
      programs.run({ ...invocation, timeoutMs: 1, environment: {} }, { log: () => {}, finish: () => {} }),
    /** How far virtual time comes while real time passes, in milliseconds. */
    async whilePassing(realMs: number) {
      const beforeMs = kernel.clock.now();
      await time.pass(realMs);
      return kernel.clock.now() - beforeMs;
    },
  };
}

describe('while a program runs', () => {
  test.each([1, 60])(
    'virtual time goes with real time, and %d times as fast again at once when it has ended',
    async (speed) => {
      const { driver, startProgram, whilePassing } = await withProgram((realTime) => ({
        kind: 'real-time',
        speed,
        realTime,
      }));
      await whilePassing(10_000);
      const program = startProgram();
      const during = await whilePassing(20_000);
      program.kill();
      const after = await whilePassing(5_000);
      await driver.close();
      expect(Math.abs(during - 20_000)).toBeLessThanOrEqual(1_000);
      expect(Math.abs(after - 5_000 * speed)).toBeLessThanOrEqual(1_000 * speed);
    },
  );

  test('a stepped world goes on too, and stands still when it has ended', async () => {
    const { driver, startProgram, whilePassing } = await withProgram(() => ({ kind: 'stepped' }));
    expect(await whilePassing(5_000)).toBe(0);
    const program = startProgram();
    expect(Math.abs((await whilePassing(20_000)) - 20_000)).toBeLessThanOrEqual(1_000);
    program.kill();
    await whilePassing(1_000);
    expect(await whilePassing(5_000)).toBe(0);
    await driver.close();
  });

  test('what is to go ahead waits for it', async () => {
    const { driver, startProgram, whilePassing } = await withProgram(() => ({ kind: 'stepped' }));
    const program = startProgram();
    let isThere = false;
    const there = driver.advance(3_600_000).then(() => {
      isThere = true;
    });
    await whilePassing(10_000);
    expect(isThere).toBe(false);
    program.kill();
    await there;
    await driver.close();
  });
});
