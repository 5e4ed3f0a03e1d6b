import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox, type Settings, seconds } from './box.ts';
import { bootGroup, containerInstance, groupInstance, instancesOf, LAUNCH_HOOK, TERMINATE_HOOK } from './fleet.ts';
import { announce, now, spotFleet, told } from './interruption-fleet.ts';

/** A box in which a function dies right after the first call of the operation took effect. */
async function openMortalBox(fatal: string, settings: Settings = {}): Promise<Box> {
  let hasDied = false;
  const box: Box = await openBox({
    settings,
    onCall({ operation, caller }) {
      if (hasDied || operation !== fatal || caller.kind !== 'function') return;
      hasDied = true;
      box.simulator.lambda.kill(caller.requestId);
    },
  });
  return box;
}

/** An external instance whose agent is away for half an hour. */
async function losesExternal(box: Box): Promise<void> {
  const id = box.world.registerExternalInstance({ cluster: 'prod' });
  await box.run(minutes(2));
  box.world.disconnectAgent(id);
  await box.run(minutes(30));
}

const subjects = (box: Box) => box.alerts().map(({ subject }) => subject);

describe('a function that dies right after its effect', () => {
  it('leaves on-call told that a launch was abandoned', async () => {
    const box = await openMortalBox('CompleteLifecycleAction');
    const group = { name: 'web', cluster: 'prod', desired: 0, maxSize: 20, lifecycleHooks: [LAUNCH_HOOK] };
    box.world.createAutoScalingGroup(group);
    box.world.breakNewAgents('web');

    box.world.setDesiredCapacity('web', 1);
    await box.run(seconds(10));
    const [id] = instancesOf(box, 'web');
    await box.run(minutes(22));

    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);
    expect(id).toBeDefined();
    expect(subjects(box)).toEqual([expect.stringContaining(`${id}`)]);
  });

  it('leaves on-call told of the containers that a deregistration orphaned', async () => {
    const settings = { disconnectedAlertMinutes: 'off', disconnectedDeregisterMinutes: '15' };
    const box = await openMortalBox('DeregisterContainerInstance', settings);

    await losesExternal(box);

    expect(box.calls('DeregisterContainerInstance')).toHaveLength(1);
    expect(subjects(box)).toEqual([expect.stringContaining('containers may run on')]);
  });

  it('leaves on-call told of the orphans, where they knew of the silent agent', async () => {
    const settings = { disconnectedAlertMinutes: '10', disconnectedDeregisterMinutes: '15' };
    const box = await openMortalBox('DeregisterContainerInstance', settings);

    await losesExternal(box);

    expect(subjects(box)).toEqual([
      expect.stringContaining('disconnected'),
      expect.stringContaining('containers may run on'),
    ]);
  });
});

describe('a function that dies right after it has had an instance replaced', () => {
  const settings = { outageCountMin: '5', disconnectedReplaceMinutes: '15' };
  const replacements = (box: Box) => subjects(box).filter((subject) => subject.includes('is being replaced'));

  it.each([
    ['with a terminate hook', [TERMINATE_HOOK], '10'],
    ['without one', [], '10'],
    ['with a terminate hook, where nobody had been told', [TERMINATE_HOOK], 'off'],
    ['without one, where nobody had been told', [], 'off'],
  ])('leaves on-call told of that, %s', async (_, lifecycleHooks, disconnectedAlertMinutes) => {
    const box = await openMortalBox('SetInstanceHealth', { ...settings, disconnectedAlertMinutes });
    const [id = ''] = await bootGroup(box, { lifecycleHooks });

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(60));

    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
    expect(replacements(box)).toEqual([`[prod] ${id} is being replaced`]);
  });

  it('leaves on-call told of that, although its agent is back before anybody looks', async () => {
    const box = await openMortalBox('SetInstanceHealth', settings);
    const [id = ''] = await bootGroup(box);

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(14) + seconds(30));
    while (box.calls('SetInstanceHealth').length === 0) await box.run(seconds(1));
    box.world.reconnectAgent(id);
    await box.run(minutes(20));

    expect(groupInstance(box, id).lifecycleState).toBe('Terminated');
    expect(replacements(box)).toEqual([`[prod] ${id} is being replaced`]);
  });
});

describe('a retirement that is announced while a reboot of the instance is', () => {
  const RETIREMENT = {
    eventArn: 'arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/2',
    eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
  };
  const startTime = (box: Box, inMs: number) => new Date(now(box) + inMs).toUTCString();

  it('is told, at the latest when the reboot is over', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: 'off' } });

    announce(box, id, { startTime: startTime(box, minutes(60)) });
    await box.run(minutes(2));
    announce(box, id, { ...RETIREMENT, startTime: startTime(box, minutes(600)) });
    await box.run(minutes(300));

    expect(told(box)).toContain('scheduled-change info resolved');
    expect(box.alerts().filter(({ subject }) => subject.includes('scheduled retirement'))).toHaveLength(1);
  });

  it('is drained for when the sooner change that took its place is called off', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '30' } });

    announce(box, id, { ...RETIREMENT, startTime: startTime(box, minutes(400)) });
    await box.run(minutes(2));
    const reboot = { startTime: startTime(box, minutes(200)) };
    announce(box, id, reboot);
    await box.run(minutes(5));
    announce(box, id, { ...reboot, statusCode: 'closed' });
    await box.run(minutes(385));

    expect(box.calls('UpdateContainerInstancesState')).not.toEqual([]);
  });
});

describe('a record that nobody can read, of a version to come', () => {
  /** As after a deployment that was rolled back. */
  async function writeUnreadable(box: Box, id: string): Promise<void> {
    const TableName = box.calls('PutItem')[0]?.input.TableName;
    const Item = {
      id: { S: id },
      kind: { S: id.split('#')[0] },
      version: { N: '3' },
      phase: { S: 'yet-unknown' },
      open: { S: 'incident' },
    };
    await box.simulator.call('dynamodb', 'PutItem', { TableName, Item });
  }

  it('keeps nobody from being told of other drains by ECS that are stuck', async () => {
    const box = await openBox();
    const managed = { capacityProvider: { name: 'cp', managedDraining: true }, lifecycleHooks: [] };
    const [broken = '', other = ''] = await bootGroup(box, { desired: 2, ...managed });
    for (const on of [broken, other]) {
      box.world.runTask({ cluster: 'prod', family: 'report', on, startedBy: 'nightly' });
    }
    await box.run(minutes(2));

    await writeUnreadable(box, `managed-drain#${containerInstance(box, broken).arn}`);
    for (const id of [broken, other]) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(40));

    expect(box.alerts().filter(({ subject }) => subject.includes(other))).toHaveLength(1);
  });

  it('keeps no other launch from being given up at its deadline', async () => {
    const box = await openBox({ settings: { unregisteredMinutes: '10' } });
    const group = { cluster: 'prod', desired: 0, maxSize: 20 };
    const tags = { 'ebbtide:cluster': 'prod' };
    box.world.createAutoScalingGroup({ ...group, lifecycleHooks: [], name: 'watched', tags });
    box.world.createAutoScalingGroup({ ...group, lifecycleHooks: [LAUNCH_HOOK], name: 'web' });
    for (const name of ['watched', 'web']) {
      box.world.breakNewAgents(name);
      await box.run(minutes(1));
      box.world.setDesiredCapacity(name, 1);
    }
    await box.run(seconds(1));
    const [broken = ''] = instancesOf(box, 'watched');

    await writeUnreadable(box, `launch#${broken}`);
    await box.run(seconds(10));
    const [other = ''] = instancesOf(box, 'web');
    await box.run(minutes(20));

    expect(box.alerts().filter(({ subject }) => subject.includes(other))).toHaveLength(1);
  });
});
