import { describe, expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, hookEnd, task } from './fleet.ts';

async function blocked(options: Parameters<typeof openBox>[0] = {}) {
  const box = await openBox(options);
  const [id = ''] = await bootGroup(box, { desired: 1, spot: true });
  const arn = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  return { box, id, arn };
}

describe('a draining instance whose agent goes silent', () => {
  it('is kept for the grace of lost contact, its hook alive, then released with an alert that names its tasks', async () => {
    const { box, id, arn } = await blocked({ settings: { lostContactMinutes: '10', drainStalledMinutes: 'off' } });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.disconnectAgent(id);
    await box.run(minutes(9));
    expect(hookEnd(box, id)).toBeUndefined();
    await box.run(minutes(8));

    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.alerts()).toHaveLength(1);
    expect(box.alerts()[0]?.subject).toContain('Lost contact');
    expect(box.alerts()[0]?.message).toMatch(new RegExp(`Fate unknown:[\\s\\S]*${arn.slice(-32)}`));
  });

  it('and registers it once more drains that registration too, and waits for what runs there', async () => {
    const { box, id, arn } = await blocked({ settings: { lostContactMinutes: '5', drainStalledMinutes: 'off' } });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.reRegisterAgent(id);
    const isBack = () => containerInstance(box, id).agentConnected && containerInstance(box, id).status === 'ACTIVE';
    for (let second = 0; second < 300 && !isBack(); second++) await box.run(seconds(1));
    const late = box.world.runTask({ cluster: 'prod', family: 'late', cpu: 64, memory: 64, on: id });
    await box.run(minutes(7));

    expect(containerInstance(box, id)).toMatchObject({ status: 'DRAINING', agentConnected: true });
    expect(hookEnd(box, id)).toBeUndefined();
    box.world.exitTask(late);
    await box.run(minutes(8));
    expect(task(box, late).containersEnd).not.toBe('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    expect(box.alerts()[0]?.message).toMatch(new RegExp(`Fate unknown:[\\s\\S]*${arn.slice(-32)}`));
  });

  it('is kept when its agent is back by the time of the release, though the first look did not see it', async () => {
    const old = { output: undefined as unknown, isKept: false };
    const looks = new Map<unknown, number>();
    const isLook = ({ operation, caller }: { readonly operation: string; readonly caller: object }) =>
      operation === 'DescribeContainerInstances' && JSON.stringify(caller).includes('sweep');
    const { box, id } = await blocked({
      settings: { lostContactMinutes: '5', drainStalledMinutes: 'off' },
      onCall: (served) => {
        if (isLook(served) && !old.isKept) old.output = structuredClone(served.output);
      },
      intercept: ({ operation, caller }) => {
        const sweep = 'requestId' in caller ? caller.requestId : undefined;
        const count = looks.get(sweep) ?? 0;
        // It looks for the instance, and for other registrations of it.
        if (!old.isKept || !isLook({ operation, caller }) || count === 2) return undefined;
        looks.set(sweep, count + 1);
        return { effect: 'happens', staleOutput: old.output };
      },
    });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.disconnectAgent(id);
    const sweeps = box.logs('sweep done').length;
    while (box.logs('sweep done').length === sweeps) await box.run(seconds(1));
    await box.run(minutes(4.5));
    box.world.reconnectAgent(id);
    old.isKept = true;
    await box.run(minutes(2));

    expect(box.logs('drain: release')).not.toEqual([]);
    expect(hookEnd(box, id)).toBeUndefined();
    expect(box.alerts()).toEqual([]);
  });

  it('drains on as if nothing had been when its agent is heard again in time, and nobody is told', async () => {
    const { box, id, arn } = await blocked({ settings: { lostContactMinutes: '10', drainStalledMinutes: 'off' } });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.disconnectAgent(id, { forMs: minutes(8) });
    await box.run(minutes(20));
    expect(hookEnd(box, id)).toBeUndefined();
    box.world.exitTask(arn);
    await box.run(minutes(4));

    expect(task(box, arn).containersEnd).not.toBe('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(box.alerts()).toEqual([]);
  });

  it('is given up by the clock of its second absence, when it was back for a moment that no look or event told of', async () => {
    const { box, id } = await blocked({
      settings: { lostContactMinutes: '10', drainStalledMinutes: 'off' },
      agentConnectionsEnd: false,
      deliveryFault: ({ event }) => (event['detail-type'].startsWith('ECS Container Instance') ? [] : [0]),
    });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));
    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(8));
    box.world.reconnectAgent(id);
    for (let second = 0; second < 30 && !containerInstance(box, id).agentConnected; second++) await box.run(seconds(1));
    box.world.disconnectAgent(id, { cause: 'unreachable' });

    await box.run(minutes(9));
    expect(hookEnd(box, id)).toBeUndefined();
    await box.run(minutes(4));
    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });

  it('is told about as any silent agent where no hook would ever release it', async () => {
    const { box, id } = await blocked({ settings: { rebalance: 'drain', drainStalledMinutes: 'off' } });

    box.world.rebalanceRecommendation(id);
    await box.run(minutes(2));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    box.world.disconnectAgent(id);
    await box.run(minutes(18));

    expect(box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`)).toEqual(['disconnection opened']);
  });
});
