import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox, seconds } from './box.ts';
import { bootGroup, containerInstance, instancesOf, LAUNCH_HOOK } from './fleet.ts';
import { announce, now, spotFleet, told } from './interruption-fleet.ts';

/** Kills the function right after the first call of the operation took effect. */
function killAfter(operation: string, boxOf: () => Box | undefined): NonNullable<BoxOptions['onCall']> {
  let calls = 0;
  return (served) => {
    if (served.operation !== operation || served.caller.kind !== 'function' || ++calls > 1) return;
    boxOf()?.simulator.lambda.kill(served.caller.requestId);
  };
}

describe('a function that dies right after its effect', () => {
  it('leaves on-call told that a launch was abandoned', async () => {
    let opened: Box | undefined;
    const box = await openBox({ onCall: killAfter('CompleteLifecycleAction', () => opened) });
    opened = box;
    box.world.createAutoScalingGroup({
      cluster: 'prod',
      desired: 0,
      maxSize: 20,
      lifecycleHooks: [LAUNCH_HOOK],
      name: 'web',
    });
    box.world.breakNewAgents('web');
    box.world.setDesiredCapacity('web', 1);
    await box.run(seconds(10));
    const [id = ''] = instancesOf(box, 'web');
    await box.run(minutes(22));
    expect(box.calls('CompleteLifecycleAction')).toHaveLength(1);
    expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringContaining(id)]);
  });

  it('leaves on-call told of the containers that a deregistration orphaned', async () => {
    let opened: Box | undefined;
    const box = await openBox({
      settings: { disconnectedAlertMinutes: 'off', disconnectedDeregisterMinutes: '15' },
      onCall: killAfter('DeregisterContainerInstance', () => opened),
    });
    opened = box;
    const id = box.world.registerExternalInstance({ cluster: 'prod' });
    await box.run(minutes(2));
    box.world.disconnectAgent(id);
    await box.run(minutes(30));
    expect(box.calls('DeregisterContainerInstance')).toHaveLength(1);
    expect(box.alerts().map(({ subject }) => subject)).toEqual([expect.stringContaining('containers may run on')]);
  });

  it('leaves on-call told of the orphans, where they knew of the silent agent', async () => {
    let opened: Box | undefined;
    const box = await openBox({
      settings: { disconnectedAlertMinutes: '10', disconnectedDeregisterMinutes: '15' },
      onCall: killAfter('DeregisterContainerInstance', () => opened),
    });
    opened = box;
    const id = box.world.registerExternalInstance({ cluster: 'prod' });
    await box.run(minutes(2));
    box.world.disconnectAgent(id);
    await box.run(minutes(30));
    expect(box.alerts().map(({ subject }) => subject)).toEqual([
      expect.stringContaining('disconnected'),
      expect.stringContaining('containers may run on'),
    ]);
  });
});

describe('a retirement that is announced while a reboot of the instance is', () => {
  it('is told, at the latest when the reboot is over', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: 'off' } });
    const startTime = (inMs: number) => new Date(now(box) + inMs).toUTCString();
    announce(box, id, { startTime: startTime(minutes(60)) });
    await box.run(minutes(2));
    const retirement = {
      startTime: startTime(minutes(600)),
      eventArn: 'arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/2',
      eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    };
    announce(box, id, retirement);
    await box.run(minutes(300));
    expect(told(box)).toContain('scheduled-change info resolved');
    expect(box.alerts().filter(({ subject }) => subject.includes('scheduled retirement'))).toHaveLength(1);
  });

  it('is told again when the sooner change that took its place is called off', async () => {
    const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes: '30' } });
    const startTime = (inMs: number) => new Date(now(box) + inMs).toUTCString();
    announce(box, id, {
      startTime: startTime(minutes(400)),
      eventArn: 'arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/2',
      eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    });
    await box.run(minutes(2));
    const reboot = { startTime: startTime(minutes(200)) };
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
    for (const on of [broken, other])
      box.world.runTask({ cluster: 'prod', family: 'report', on, startedBy: 'nightly' });
    await box.run(minutes(2));
    await writeUnreadable(box, `managed-drain#${containerInstance(box, broken).arn}`);
    for (const id of [broken, other]) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(40));
    expect(box.alerts().filter(({ subject }) => subject.includes(other))).toHaveLength(1);
  });

  it('keeps no other launch from being given up at its deadline', async () => {
    const box = await openBox({ settings: { unregisteredMinutes: '10' } });
    const group = { cluster: 'prod', desired: 0, maxSize: 20 };
    box.world.createAutoScalingGroup({
      ...group,
      lifecycleHooks: [],
      name: 'watched',
      tags: { 'ebbtide:cluster': 'prod' },
    });
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
