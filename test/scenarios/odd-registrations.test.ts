import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, hookEnd, instancesOf, TERMINATE_HOOK } from './fleet.ts';

type Options = NonNullable<Parameters<typeof openBox>[0]>;

const LADDER = { disconnectedRestartMinutes: '12', disconnectedReplaceMinutes: '15' } as const;

async function quietBox(settings: Options['settings'] = {}, options: Options = {}): Promise<Box> {
  return openBox({ ...options, settings: { ...LADDER, outageCountMin: '5', ...settings }, agentConnectionsEnd: false });
}

function registrations(box: Box, ec2InstanceId: string) {
  return box.views.containerInstances().filter((instance) => instance.ec2InstanceId === ec2InstanceId);
}

/** The ids that calls of a service named, in any field. */
function named(box: Box, service: string, id: string) {
  return box.calls().filter((call) => call.service === service && JSON.stringify(call.input).includes(id));
}

describe('a registration that is not what it seems', () => {
  it('a duplicate: the older of two of one instance is removed once the newer is connected, and nobody is woken', async () => {
    const box = await quietBox();
    const [id = ''] = await bootGroup(box);

    box.world.reRegisterAgent(id);
    await box.run(minutes(20));

    expect(registrations(box, id).map(({ status, agentConnected }) => [status, agentConnected])).toEqual([
      ['INACTIVE', false],
      ['ACTIVE', true],
    ]);
    expect(box.alerts()).toEqual([]);
    expect(box.calls('SendCommand', 'SetInstanceHealth')).toEqual([]);
  });

  it('a ghost: what ECS keeps of an instance that was terminated while disconnected is removed', async () => {
    const box = await quietBox();
    const [id = ''] = await bootGroup(box);

    box.world.disconnectAgent(id);
    box.world.terminateInstance(id);
    await box.run(minutes(20));

    expect(registrations(box, id).map(({ status }) => status)).toEqual(['INACTIVE']);
    expect(box.alerts()).toEqual([]);
  });

  it('is left where repairs are switched off', async () => {
    const box = await quietBox({ repairs: 'off' });
    const [id = ''] = await bootGroup(box);

    box.world.reRegisterAgent(id);
    await box.run(minutes(30));

    expect(registrations(box, id).map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(box.alerts()).toEqual([]);
  });

  it('and is left, wakes nobody when the agent of the instance is away for a moment', async () => {
    const box = await quietBox({ mode: 'observe' });
    const [id = ''] = await bootGroup(box);

    box.world.reRegisterAgent(id);
    await box.run(minutes(30));
    box.world.disconnectAgent(id, { forMs: minutes(4) });
    await box.run(minutes(30));
    expect(box.alerts()).toEqual([]);
    box.world.disconnectAgent(id);
    await box.run(minutes(14));

    expect(registrations(box, id).map(({ agentConnected }) => agentConnected)).toEqual([false, false]);
    expect(box.alerts().map(({ attributes: { kind, state } }) => `${kind} ${state}`)).toContain('disconnection opened');
  });

  it('one instance in two clusters: an alert that names both, and no repair', async () => {
    const box = await quietBox();
    box.world.createCluster({ name: 'other' });
    const [id = ''] = await bootGroup(box);

    box.world.moveAgent(id, 'other');
    await box.run(minutes(40));

    expect(box.alerts().map(({ subject }) => subject)).toEqual([
      `[prod] ${id} is registered in two clusters: connected in other`,
    ]);
    expect(box.alerts()[0]?.attributes.severity).toBe('warning');
    expect(box.calls('SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance')).toEqual([]);
  });

  it('an instance type that was changed in place: an alert with both types, no restart, but a replacement', async () => {
    const box = await quietBox();
    const [id = ''] = await bootGroup(box);
    box.world.suspendProcesses('web', ['HealthCheck']);

    box.world.stopInstance(id);
    await box.run(minutes(4));
    box.world.changeInstanceType(id, 'm5.xlarge');
    box.world.startInstance(id);
    await box.run(minutes(20));

    expect(box.alerts()[0]?.subject).toBe(
      `[prod] Instance type of ${id} changed from m5.large to m5.xlarge: agent down`,
    );
    expect(box.calls('SendCommand')).toEqual([]);
    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
  });

  it('one that has registered and was never heard from is told, though no event came of it', async () => {
    const isLost = (detailType: string) => detailType.startsWith('ECS Container Instance');
    const box = await quietBox({}, { deliveryFault: ({ event }) => (isLost(event['detail-type']) ? [] : [0]) });
    box.world.createAutoScalingGroup({ name: 'web', cluster: 'prod', desired: 1, maxSize: 1 });
    while (box.views.containerInstances().length === 0) await box.run(100);
    const [id = ''] = instancesOf(box, 'web');
    box.world.disconnectAgent(id, { cause: 'unreachable' });

    await box.run(minutes(13));

    expect(registrations(box, id).map(({ agentConnected, version }) => [agentConnected, version])).toEqual([
      [false, 1],
    ]);
    expect(box.alerts().map(({ subject }) => subject)).toEqual([
      expect.stringContaining(`Agent of ${id} disconnected`),
    ]);
  });
});

describe('an instance that is not in EC2 Auto Scaling', () => {
  it('external: told and deregistered, without a word to EC2, Auto Scaling or Systems Manager about it', async () => {
    const box = await quietBox({ disconnectedDeregisterMinutes: '30' });
    const id = box.world.registerExternalInstance({ cluster: 'prod' });
    await box.run(minutes(5));

    box.world.disconnectAgent(id);
    await box.run(minutes(29));
    expect(box.alerts().map(({ subject }) => subject)).toEqual([
      expect.stringContaining(`Agent of ${id} disconnected`),
    ]);
    expect(box.alerts()[0]?.message).toContain('no restart of the agent: an external instance');
    await box.run(minutes(10));

    expect(registrations(box, id).map(({ status }) => status)).toEqual(['INACTIVE']);
    for (const service of ['ec2', 'auto-scaling', 'autoscaling', 'ssm']) expect(named(box, service, id)).toEqual([]);
  });

  it('external: deregistered by a notice, which resolves nothing, where nobody was told before', async () => {
    const box = await quietBox({ disconnectedAlertMinutes: 'off', disconnectedDeregisterMinutes: '15' });
    const id = box.world.registerExternalInstance({ cluster: 'prod' });
    await box.run(minutes(2));
    box.world.disconnectAgent(id);
    await box.run(minutes(20));

    expect(registrations(box, id).map(({ status }) => status)).toEqual(['INACTIVE']);
    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['notice']);
  });

  it('managed by ECS: left alone, silent or impaired', async () => {
    const box = await quietBox({ disconnectedDeregisterMinutes: '30', disconnectedDeregisterRunning: 'yes' });
    const id = box.world.launchManagedInstance({ cluster: 'prod', capacityProvider: 'managed' });
    await box.run(minutes(5));

    box.world.reportHealth(id, { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', reason: 'Docker does not answer' });
    await box.run(minutes(20));
    box.world.disconnectAgent(id);
    await box.run(minutes(60));

    expect(registrations(box, id).map(({ status }) => status)).toEqual(['ACTIVE']);
    expect(box.alerts()).toEqual([]);
    expect(box.calls('SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance')).toEqual([]);
  });
});

it('one that is made after our hook was completed, while another hook holds the instance still, is not drained for it', async () => {
  const box = await quietBox();
  const backup = { ...TERMINATE_HOOK, name: 'backup-logs', heartbeatTimeoutSeconds: 1_200 };
  const [id = ''] = await bootGroup(box, { desired: 2, lifecycleHooks: [TERMINATE_HOOK, backup] });

  box.world.replaceRootVolume(id);
  await box.run(minutes(4));
  expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  box.world.reRegisterAgent(id);
  await box.run(minutes(6));

  expect(groupInstance(box, id).lifecycleState).toBe('ReplacingRootVolume:Wait');
  expect(registrations(box, id).filter(({ agentConnected }) => agentConnected)).toMatchObject([{ status: 'ACTIVE' }]);
  expect(box.calls('UpdateContainerInstancesState')).toHaveLength(1);
});
