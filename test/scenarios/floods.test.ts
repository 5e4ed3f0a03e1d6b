import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox, seconds } from './box.ts';
import { bootGroup, hookEnd } from './fleet.ts';

const DRAINS = 8;

/** As many drains as come to their deadline together, each with a task that nobody stops. */
async function drainsAtTheirDeadline(
  { settings, ...options }: BoxOptions = {},
  opened: (box: Box) => void = () => undefined,
): Promise<Box> {
  const own = { drainDeadlineMinutes: '5', drainStalledMinutes: 'off', ...settings };
  const box = await openBox({ ...options, settings: own });
  opened(box);
  const ids = await bootGroup(box, { desired: DRAINS });
  for (const id of ids)
    box.world.startTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256, on: id, startedBy: 'nightly' });
  // Well between two sweeps, so that all deadlines are seen by the same one.
  await box.run(minutes(1) + seconds(20));
  for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(9));
  for (const id of ids) expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
  return box;
}

/** The incidents that a message tells of. */
function toldOf({ message }: { readonly message: string }): string[] {
  return [...new Set([...message.matchAll(/Drain of (i-\w+) reached/g)].map(([, id = '']) => id))];
}

describe('many drains at their deadline in the same minute', () => {
  it('are one message with their number and a line for each', async () => {
    const box = await drainsAtTheirDeadline();

    const [flood, ...others] = box.alerts();
    expect(others).toEqual([]);
    expect(flood?.subject).toBe(`[prod] ${DRAINS} alerts at once: drain opened`);
    expect(flood?.attributes).toMatchObject({ kind: 'drain', state: 'opened', severity: 'critical', cluster: 'prod' });
    expect(toldOf(flood ?? { message: '' })).toHaveLength(DRAINS);
    expect(flood?.message).toContain('Not stopped:');
    const ids: string[] = JSON.parse(flood?.attributes.ids ?? '[]');
    expect(ids.filter((id) => /^drain#.*#release$/.test(id))).toHaveLength(DRAINS);
  });

  it('come again as the very same message when the function that sent it died before it could note so', async () => {
    let opened: Box | undefined;
    let published = 0;
    const onCall: BoxOptions['onCall'] = ({ operation, caller }) => {
      if (operation !== 'Publish' || caller.kind !== 'function' || ++published > 1) return;
      opened?.simulator.lambda.kill(caller.requestId);
    };
    const box = await drainsAtTheirDeadline({ onCall }, (one) => {
      opened = one;
    });
    await box.run(minutes(10));

    const alerts = box.alerts();
    expect(alerts).toHaveLength(2);
    expect(new Set(alerts.map(({ attributes }) => attributes.id)).size).toBe(1);
    for (const alert of alerts) expect(toldOf(alert)).toHaveLength(DRAINS);
  });

  it('are one message in a chat channel too', async () => {
    const box = await drainsAtTheirDeadline({ settings: { alertFormat: 'chat' } });

    const published = box.calls('Publish').map(({ input }) => String(input.Message));
    expect(published).toHaveLength(1);
    const chat = JSON.parse(published[0] ?? '') as { content: { title: string; description: string } };
    expect(chat.content.title).toBe(`[prod] ${DRAINS} alerts at once: drain opened`);
    expect(toldOf({ message: chat.content.description })).toHaveLength(DRAINS);
  });
});
