import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, minutes, redeploy } from './box.ts';
import { containerInstance, instancesOf, tagCluster } from './fleet.ts';
import { announce, detached, now, SOONER, spotFleet, startTime, told } from './interruption-fleet.ts';

/** What the bus was told of incidents. */
function changesTold(box: Box): string[] {
  const events = box.calls('PutEvents').flatMap(({ input }) => input.Entries as { Detail: string }[]);
  return events
    .map(({ Detail }) => JSON.parse(Detail) as { change: string; incident: { kind: string } })
    .flatMap(({ change, incident }) => (incident.kind === 'scheduled-change' && change !== 'changed' ? [change] : []));
}

describe('a scheduled reboot of which AWS thinks better', () => {
  it.each([
    ['is put off', 5_000, 'scheduled-change info notice', 'put off to'],
    ['is brought forward', 2_000, 'scheduled-change warning escalated', 'brought forward to'],
  ])('%s: on-call is told of the new time', async (_, inMinutes, alert, words) => {
    const { box, id } = await spotFleet({ spot: false });
    announce(box, id, { startTime: startTime(box, minutes(3_000)) });
    await box.run(minutes(2));
    const at = new Date(now(box) + minutes(inMinutes));

    announce(box, id, { startTime: at.toUTCString() });
    announce(box, id, { startTime: at.toUTCString() });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened', alert]);
    expect(box.alerts()[1]?.subject).toContain(words);
    expect(box.alerts()[1]?.message).toContain(at.toISOString().slice(0, 16).replace('T', ' '));
  });

  it('and the news that is older comes after the newer: it is not taken for another change of mind', async () => {
    const { box, id } = await detached('15');
    const first = { startTime: startTime(box, minutes(60)), lastUpdatedTime: startTime(box, 0) };
    const second = { startTime: startTime(box, minutes(300)), lastUpdatedTime: startTime(box, minutes(1)) };
    for (const change of [first, second, first]) {
      announce(box, id, change);
      await box.run(minutes(2));
    }

    await box.run(minutes(50));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info notice']);
  });

  it('and puts it off beyond another one: the instance is drained for that one', async () => {
    const { box, id } = await detached('15');
    announce(box, id, { startTime: startTime(box, minutes(100)), eventArn: SOONER });
    await box.run(minutes(2));
    const startMs = now(box) + minutes(200);
    announce(box, id, { startTime: new Date(startMs).toUTCString() });
    await box.run(minutes(2));

    announce(box, id, { startTime: startTime(box, minutes(900)), eventArn: SOONER });
    await box.run(startMs - minutes(5) - now(box));

    expect(containerInstance(box, id).status).toBe('DRAINING');
  });

  it('is put off although somebody else writes the record at that very moment', async () => {
    let isFirst = true;
    const refused = new AwsError('ConditionalCheckFailedException', 'The conditional request failed');
    const { box, id } = await spotFleet({
      spot: false,
      intercept: ({ operation, input }) => {
        if (!isFirst || operation !== 'PutItem' || !JSON.stringify(input).includes('movedAtMs')) return undefined;
        isFirst = false;
        return { effect: 'none', answer: refused };
      },
    });
    announce(box, id, { startTime: startTime(box, minutes(3_000)) });
    await box.run(minutes(2));

    announce(box, id, { startTime: startTime(box, minutes(5_000)) });
    await box.run(minutes(10));

    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info notice']);
  });

  it.each(['called off', 'over', 'superseded'])(
    'is %s, and the function dies right after that is written: the other change is not forgotten',
    async (outcome) => {
      const deaths = { doomed: '', count: 0 };
      const { box, id } = await spotFleet({
        spot: false,
        settings: { scheduledChangeLeadMinutes: 'off' },
        intercept: ({ operation, input, caller }) => {
          if (caller.kind !== 'function' || deaths.count > 0) return undefined;
          if (caller.requestId === deaths.doomed) {
            deaths.count += 1;
            box.simulator.lambda.kill(caller.requestId);
            return { effect: 'none' };
          }
          if (operation === 'PutItem' && JSON.stringify(input).includes(`{"S":"${outcome}"}`)) {
            deaths.doomed = caller.requestId;
          }
          return undefined;
        },
      });
      const sooner = { startTime: startTime(box, minutes(20)), eventArn: SOONER };
      const later = { startTime: startTime(box, minutes(600)) };
      for (const change of outcome === 'superseded' ? [later, sooner] : [sooner, later]) {
        announce(box, id, change);
        await box.run(minutes(8));
      }
      if (outcome !== 'over') announce(box, id, { ...sooner, statusCode: 'closed' });

      await box.run(minutes(150));

      expect(deaths.count).toBe(1);
      const told = box.alerts().map(({ attributes: { state } }) => state);
      expect(told.filter((state) => state === 'opened')).toHaveLength(outcome === 'superseded' ? 3 : 2);
      expect(told.filter((state) => state === 'resolved')).toHaveLength(outcome === 'superseded' ? 2 : 1);
      expect(changesTold(box)).toEqual(
        outcome === 'superseded' ? ['opened', 'closed', 'opened', 'closed', 'opened'] : ['opened', 'closed', 'opened'],
      );
    },
  );

  it('for one instance of several is called off for that one alone', async () => {
    const { box, id } = await spotFleet({ spot: false });
    const [other = ''] = instancesOf(box, 'web').filter((each) => each !== id);
    const change = { startTime: startTime(box, minutes(3_000)) };
    const entities = (status: string) => [
      { entityValue: id, status },
      { entityValue: other, status: 'PENDING' },
    ];
    announce(box, id, { ...change, affectedEntities: entities('PENDING') });
    await box.run(minutes(2));

    announce(box, id, { ...change, affectedEntities: entities('RESOLVED') });
    await box.run(minutes(5));

    expect(told(box).toSorted()).toEqual([
      'scheduled-change info resolved',
      ...Array(2).fill('scheduled-change warning opened'),
    ]);
    expect(box.alerts()[2]?.subject).toContain(id);
  });

  it('and calls it off, is told by the mode of its cluster, which the function has not read before', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { mode: 'observe' } });
    await tagCluster(box, { mode: 'act' });
    await box.run(minutes(6));
    const change = { startTime: startTime(box, minutes(3_000)) };
    announce(box, id, change);
    await box.run(minutes(2));

    // It starts anew.
    redeploy(box, {});
    announce(box, id, { ...change, statusCode: 'closed' });
    await box.run(minutes(5));

    expect(told(box)).toEqual(['scheduled-change warning opened', 'scheduled-change info resolved']);
    expect(box.alerts().filter(({ subject }) => subject.startsWith('[observe]'))).toEqual([]);
  });

  it('once the instance is drained, and puts it off, has it drained again ahead of the new time', async () => {
    const { box, id } = await detached('15');
    announce(box, id, { startTime: startTime(box, minutes(20)) });
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');

    const startMs = now(box) + minutes(600);
    announce(box, id, { startTime: new Date(startMs).toUTCString() });
    await box.run(startMs - minutes(5) - now(box));

    expect(containerInstance(box, id).status).toBe('DRAINING');
  });

  it('once the instance is drained, and calls it off, leaves it ACTIVE again, long before the time', async () => {
    const { box, id } = await detached('2880');
    const change = { startTime: startTime(box, minutes(2_000)) };
    announce(box, id, change);
    await box.run(minutes(12));
    expect(containerInstance(box, id).status).toBe('DRAINING');

    announce(box, id, { ...change, statusCode: 'closed' });
    await box.run(minutes(120));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });

  it.each(['first', 'second'] as const)(
    'and calls it off, where another one comes later and was announced %s, has the instance drained for that one',
    async (announced) => {
      const { box, id } = await detached('15');
      const startMs = now(box) + minutes(200);
      const later = { startTime: new Date(startMs).toUTCString() };
      const sooner = { startTime: startTime(box, minutes(100)), eventArn: SOONER };
      for (const change of announced === 'first' ? [later, sooner] : [sooner, later]) {
        announce(box, id, change);
        await box.run(minutes(2));
      }

      announce(box, id, { ...sooner, statusCode: 'closed' });
      await box.run(startMs - minutes(5) - now(box));

      expect(containerInstance(box, id).status).toBe('DRAINING');
    },
  );
});
