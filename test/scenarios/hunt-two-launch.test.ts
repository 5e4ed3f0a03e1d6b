import { expect, it } from 'vitest';
import { environmentName } from '../../shared/config/config.ts';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, instancesOf } from './fleet.ts';

function redeploy(box: Box, settings: Readonly<Record<string, string>>): void {
  for (const { arn, environment } of box.simulator.lambda.functions()) {
    const changed = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [environmentName(name as 'mode'), value]),
    );
    box.simulator.lambda.configure(arn, { ...environment, ...changed });
  }
}
const told = (box: Box) => box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`);
const clusterArn = (box: Box, name: string) => {
  const { region, accountId } = box.simulator.kernel.place;
  return `arn:aws:ecs:${region}:${accountId}:cluster/${name}`;
};
const TAG = { ResourceId: 'late', ResourceType: 'auto-scaling-group', Key: 'ebbtide:cluster' };

/** A group `late` that is watched, without a launch hook, whose only instance never registers. */
async function unregistered(box: Box) {
  const options = {
    name: 'late',
    cluster: 'prod',
    desired: 0,
    maxSize: 5,
    lifecycleHooks: [],
    tags: { 'ebbtide:cluster': 'prod' },
  };
  box.world.createAutoScalingGroup(options);
  box.world.breakNewAgents('late');
  box.world.setDesiredCapacity('late', 1);
  await box.run(minutes(2));
  const [id = ''] = instancesOf(box, 'late');
  return id;
}

it('6 a group that is not watched any more: its instance is neither told of nor replaced', async () => {
  const box = await openBox({ settings: { unregisteredAction: 'replace' } });
  const id = await unregistered(box);
  await box.run(minutes(5));
  await box.simulator.call('autoscaling', 'DeleteTags', { Tags: [TAG] });
  await box.run(minutes(20));
  expect(box.calls('SetInstanceHealth')).toEqual([]);
  expect(told(box)).toEqual([]);
  expect(groupInstance(box, id).lifecycleState).toBe('InService');
});

it('6b a group that is not watched any more: its alert is resolved', async () => {
  const box = await openBox();
  await unregistered(box);
  await box.run(minutes(18));
  expect(told(box)).toEqual(['launch opened']);
  await box.simulator.call('autoscaling', 'DeleteTags', { Tags: [TAG] });
  await box.run(minutes(5));
  expect(told(box)).toEqual(['launch opened', 'launch resolved']);
});

it('6c unregisteredMinutes switched off by a tag in the wait: nobody is told', async () => {
  const box = await openBox();
  await unregistered(box);
  await box.run(minutes(5));
  await box.simulator.call('ecs', 'TagResource', {
    resourceArn: clusterArn(box, 'prod'),
    tags: [{ key: 'ebbtide:unregistered-minutes', value: 'off' }],
  });
  await box.run(minutes(20));
  expect(told(box)).toEqual([]);
});

it('6d a cluster that is not looked after any more: its unregistered instance is not replaced', async () => {
  const box = await openBox({ settings: { unregisteredAction: 'replace' } });
  await unregistered(box);
  await box.run(minutes(5));
  redeploy(box, { clusters: 'other' });
  await box.run(minutes(20));
  expect(box.calls('SetInstanceHealth')).toEqual([]);
  expect(told(box)).toEqual([]);
});

it('7 what could not register in an outage is not replaced the moment that it is over', async () => {
  const box = await openBox({ settings: { unregisteredAction: 'replace' }, agentConnectionsEnd: false });
  const ids = await bootGroup(box, { desired: 6 });
  for (const one of ids) box.world.disconnectAgent(one, { cause: 'unreachable' });
  await box.run(minutes(15));
  expect(told(box)).toEqual(['outage opened']);
  await unregistered(box);
  await box.run(minutes(30));
  expect(box.calls('SetInstanceHealth')).toEqual([]);
  for (const one of ids) box.world.reconnectAgent(one);
  await box.run(minutes(8));
  expect(told(box)).toContain('outage resolved');
  expect(box.calls('SetInstanceHealth')).toEqual([]);
  await box.run(minutes(14));
  expect(box.calls('SetInstanceHealth')).toHaveLength(1);
});

it('8 a cluster that ECS does not answer for hides nothing about a group that is tagged with another', async () => {
  const broken = { isOn: false };
  const box = await openBox({
    intercept: (attempt) =>
      broken.isOn && attempt.service === 'ecs' && JSON.stringify(attempt).includes('cluster/broken')
        ? { effect: 'none', answer: new AwsError('AccessDeniedException', 'no', { status: 400 }) }
        : undefined,
  });
  box.world.createCluster({ name: 'broken' });
  broken.isOn = true;
  await unregistered(box);
  await box.run(minutes(25));
  expect(told(box).filter((one) => one.startsWith('launch'))).toEqual(['launch opened']);
});

it('9 the alert of an agent in a cluster that is not looked after any more is resolved', async () => {
  const box = await openBox({ settings: { outageCountMin: '5' }, agentConnectionsEnd: false });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(13));
  expect(told(box)).toEqual(['disconnection opened']);
  redeploy(box, { clusters: 'other' });
  await box.run(minutes(10));
  expect(told(box)).toEqual(['disconnection opened', 'disconnection resolved']);
});

it('10 one instance of an observed group that was moved to a cluster where Ebbtide acts does not speak for its group', async () => {
  const box = await openBox({ agentConnectionsEnd: false });
  box.world.createCluster({ name: 'watched' });
  await box.simulator.call('ecs', 'TagResource', {
    resourceArn: clusterArn(box, 'watched'),
    tags: [{ key: 'ebbtide:mode', value: 'observe' }],
  });
  const [moved = ''] = await bootGroup(box, { cluster: 'watched', desired: 3 });
  box.world.moveAgent(moved, 'prod');
  await box.run(minutes(5));
  box.world.breakNewAgents('web');
  box.world.setDesiredCapacity('web', 4);
  await box.run(minutes(3));
  const id =
    instancesOf(box, 'web').find((one) =>
      box.views.containerInstances().every(({ ec2InstanceId }) => ec2InstanceId !== one),
    ) ?? '';
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(3));
  expect(box.logs('terminate action: release')).not.toEqual([]);
  expect(box.calls('CompleteLifecycleAction')).toEqual([]);
});

it('10b nor does it once its old registration is gone, and it is terminated', async () => {
  const box = await openBox({ agentConnectionsEnd: false });
  box.world.createCluster({ name: 'annex' });
  await box.simulator.call('ecs', 'TagResource', {
    resourceArn: clusterArn(box, 'prod'),
    tags: [{ key: 'ebbtide:mode', value: 'observe' }],
  });
  const [moved = ''] = await bootGroup(box, { desired: 3 });
  const old = box.views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === moved)?.arn ?? '';
  box.world.moveAgent(moved, 'annex');
  await box.run(minutes(2));
  await box.simulator.call('ecs', 'DeregisterContainerInstance', {
    cluster: clusterArn(box, 'prod'),
    containerInstance: old,
    force: true,
  });
  box.world.terminateInstanceInGroup(moved, 'shrink');
  await box.run(minutes(5));
  const before = box.calls('CompleteLifecycleAction').length;
  expect(before).toBe(1);
  box.world.breakNewAgents('web');
  box.world.setDesiredCapacity('web', 4);
  await box.run(minutes(3));
  const id =
    instancesOf(box, 'web').find((one) =>
      box.views.containerInstances().every(({ ec2InstanceId }) => ec2InstanceId !== one),
    ) ?? '';
  box.world.terminateInstanceInGroup(id, 'shrink');
  await box.run(minutes(3));
  expect(box.calls('CompleteLifecycleAction').length).toBe(before);
});

it('11 agents that were moved to another cluster, some minutes apart, are no outage', async () => {
  const box = await openBox({ agentConnectionsEnd: false });
  box.world.createCluster({ name: 'other' });
  const ids = await bootGroup(box, { desired: 8 });
  for (const id of ids.slice(0, 4)) {
    box.world.moveAgent(id, 'other');
    await box.run(minutes(1));
  }
  await box.run(minutes(25));
  expect(told(box)).not.toContain('outage opened');
});
