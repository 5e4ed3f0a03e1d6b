import { describe, expect, it } from 'vitest';
import { minutes } from './box.ts';
import { containerInstance, hookEnd, instancesOf } from './fleet.ts';
import { announce, detached, endsOf, inService, SOONER, spotFleet, startTime, told } from './interruption-fleet.ts';

describe('a scheduled retirement', () => {
  it('is told at once, and the instance is drained and replaced ahead of it, which resolves the alert', async () => {
    const { box, id, tasks } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '30' } });

    box.world.scheduleRetirement(id, { inMs: minutes(90) });
    await box.run(minutes(55));
    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(containerInstance(box, id).status).toBe('ACTIVE');
    await box.run(minutes(20));

    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(inService(box)).toHaveLength(2);
    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info resolved']);
  });

  it('is only told where the operator wants to see to it', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: 'off' } });

    box.world.scheduleRetirement(id, { inMs: minutes(60) });
    await box.run(minutes(50));

    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(box.calls('UpdateContainerInstancesState', 'TerminateInstanceInAutoScalingGroup')).toEqual([]);
  });
});

describe('the alert of a scheduled retirement promises', () => {
  async function promisedWith(settings: NonNullable<Parameters<typeof spotFleet>[0]>['settings']) {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '30', ...settings } });
    box.world.scheduleRetirement(id, { inMs: minutes(60) });
    await box.run(minutes(50));
    expect(box.calls('TerminateInstanceInAutoScalingGroup')).toEqual([]);
    const { message = '' } = box.alerts()[0] ?? {};
    return { box, id, done: /^Done: (.*)$/m.exec(message)?.[1], next: /^Next: (.*)$/m.exec(message)?.[1] };
  }

  it('no replacement while repairs are switched off', async () => {
    const { box, id, done, next } = await promisedWith({ repairs: 'off' });
    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(done).toMatch(/^it is drained .* repairs are switched off\.$/);
    expect(next).toContain('Start a replacement');
  });

  it('nothing where Ebbtide only observes', async () => {
    const { done, next } = await promisedWith({ mode: 'observe' });
    expect(done).toMatch(/^nothing, as the mode is observe; it would be drained /);
    expect(next).toContain('Start a replacement');
  });
});

describe('a scheduled reboot', () => {
  it('is one change, by id or ARN, however many pages and copies from other regions tell of it', async () => {
    const { box, id } = await spotFleet({ spot: false });
    const { region, accountId } = box.simulator.kernel.place;
    const change = { startTime: startTime(box, minutes(3_000)), totalPages: '2' };

    announce(box, `arn:aws:ec2:${region}:${accountId}:instance/${id}`, change);
    announce(box, 'i-00000000000000000', { ...change, page: '2' });
    announce(box, id, { ...change, eventRegion: 'eu-central-1' });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened']);
    expect(box.alerts()[0]?.message).toContain(id);
    expect(box.deadLetters()).toEqual([]);
  });

  it('of an instance that no group would replace drains it ahead, and it is ACTIVE again afterwards', async () => {
    const { box, id } = await detached('15');

    announce(box, id, { startTime: startTime(box, minutes(20)) });
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    await box.run(minutes(150));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(told(box)[0]).toBe('scheduled-change warning opened');
    expect(told(box)).toContain('scheduled-change info resolved');
  });

  it('that a sooner one takes the place of is resolved, and on-call is told of that one', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: 'off' } });

    announce(box, id, { startTime: startTime(box, minutes(3_000)) });
    await box.run(minutes(2));
    announce(box, id, { startTime: startTime(box, minutes(600)), eventArn: SOONER });
    await box.run(minutes(2));

    const { opened = [], resolved = [] } = Object.groupBy(
      box.alerts().map(({ attributes }) => attributes),
      ({ state }) => (state === 'opened' ? 'opened' : 'resolved'),
    );
    expect(opened).toHaveLength(2);
    expect(resolved.map(({ id: one }) => one)).toEqual([opened[0]?.id?.replace('#opened', '#resolved')]);
  });

  it('that AWS calls off is resolved, and nothing is done', async () => {
    const { box, id } = await spotFleet({ spot: false });
    const change = { startTime: startTime(box, minutes(3_000)) };

    announce(box, id, change);
    await box.run(minutes(5));
    announce(box, id, { ...change, statusCode: 'closed' });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info resolved']);
    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });
});

describe('EC2 instances of the account that go down', () => {
  it('cost one read of the open incidents for each batch of events, where none is about them', async () => {
    const { box } = await spotFleet();
    box.world.createAutoScalingGroup({ name: 'other', desired: 6, maxSize: 6 });
    await box.run(minutes(3));
    const before = box.calls().filter(({ functionName }) => functionName.endsWith('interruption')).length;

    for (const id of instancesOf(box, 'other')) box.world.terminateInstance(id);
    await box.run(minutes(3));

    const calls = box.calls().filter(({ functionName }) => functionName.endsWith('interruption'));
    expect(before).toBe(0);
    expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual(
      ['DeleteMessageBatch', 'Query'].filter((operation) => calls.some((call) => call.operation === operation)),
    );
    expect(calls.length).toBeGreaterThan(0);
  });
});
