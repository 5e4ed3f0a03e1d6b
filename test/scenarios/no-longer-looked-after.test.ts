import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, redeploy } from './box.ts';
import { bootGroup, groupInstance, launchUnregistered } from './fleet.ts';
import { DENIED, outageOf } from './outage.ts';

function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
}

/** Takes from the group what had it watched. */
async function untag(box: Box): Promise<void> {
  const tag = { ResourceId: 'late', ResourceType: 'auto-scaling-group', Key: 'ebbtide:cluster' };
  await box.simulator.call('autoscaling', 'DeleteTags', { Tags: [tag] });
}

describe('an instance that has not registered', () => {
  it('is neither told of nor replaced when its group is not watched any more', async () => {
    const box = await openBox({ settings: { unregisteredAction: 'replace' } });
    const id = await launchUnregistered(box);
    await box.run(minutes(5));

    await untag(box);
    await box.run(minutes(20));

    expect(box.calls('SetInstanceHealth')).toEqual([]);
    expect(told(box)).toEqual([]);
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
  });

  it('has its alert resolved when its group is not watched any more', async () => {
    const box = await openBox();
    await launchUnregistered(box);
    await box.run(minutes(18));
    expect(told(box)).toEqual(['launch opened']);

    await untag(box);
    await box.run(minutes(5));

    expect(told(box)).toEqual(['launch opened', 'launch resolved']);
  });

  it('is not told of when a tag of its cluster says meanwhile that nobody is to be', async () => {
    const box = await openBox();
    await launchUnregistered(box);
    await box.run(minutes(5));

    const resourceArn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod';
    const tags = [{ key: 'ebbtide:unregistered-minutes', value: 'off' }];
    await box.simulator.call('ecs', 'TagResource', { resourceArn, tags });
    await box.run(minutes(20));

    expect(told(box)).toEqual([]);
  });

  it('is neither told of nor replaced when its cluster is not looked after any more', async () => {
    const box = await openBox({ settings: { unregisteredAction: 'replace' } });
    await launchUnregistered(box);
    await box.run(minutes(5));

    redeploy(box, { clusters: 'other' });
    await box.run(minutes(20));

    expect(box.calls('SetInstanceHealth')).toEqual([]);
    expect(told(box)).toEqual([]);
  });
});

it('an agent that is away has its alert resolved when its cluster is not looked after any more', async () => {
  const box = await openBox({ settings: { outageCountMin: '5' }, agentConnectionsEnd: false });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(13));
  expect(told(box)).toEqual(['disconnection opened']);

  redeploy(box, { clusters: 'other' });
  await box.run(minutes(10));

  expect(told(box)).toEqual(['disconnection opened', 'disconnection resolved']);
});

it('an outage has its alert resolved when its cluster is not looked after any more, and nobody may ask about it', async () => {
  // The deployment takes the permission away, too.
  const { outage: refusal, intercept } = outageOf(
    ({ operation, input }) => operation === 'DescribeClusters' && String(input.clusters).endsWith('/prod'),
    DENIED,
  );
  const box = await openBox({ agentConnectionsEnd: false, intercept });
  for (const id of await bootGroup(box, { desired: 6 })) box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(15));
  expect(told(box)).toEqual(['outage opened']);

  refusal.isOn = true;
  redeploy(box, { clusters: 'other' });
  await box.run(minutes(10));

  expect(told(box)).toEqual(['outage opened', 'outage resolved']);
});
