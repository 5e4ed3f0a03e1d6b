import { describe, expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';

describe("Ebbtide's own health", () => {
  it('is nothing to tell of when the stack is made, nor in the hours after', async () => {
    const box = await openBox();
    await box.run(minutes(180));
    expect(box.simulator.kernel.trace.entries.filter(({ kind }) => kind === 'notification')).toEqual([]);
  });

  it('is told of once when the sweep no longer runs', async () => {
    // The world begins at 08:00; somebody has limited the schedule to that hour.
    const box = await openBox({ changed: { SweepRule: { ScheduleExpression: 'cron(* 8 * * ? *)' } } });
    await box.run(minutes(120));

    const told = box.simulator.kernel.trace.entries.filter(({ kind }) => kind === 'notification');
    expect(told.map(({ subject }) => subject)).toEqual([expect.stringContaining('sweep-missing')]);
  });
});
