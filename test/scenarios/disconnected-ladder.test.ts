import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, instancesOf } from './fleet.ts';

type Settings = NonNullable<Parameters<typeof openBox>[0]>['settings'];

/** Two instances with a service on them; the agent of the first is about to go. Nothing else breaks connections. */
async function twoInstances(settings: Settings = {}, group: Parameters<typeof bootGroup>[1] = {}) {
  const box = await openBox({ settings: { outageCountMin: '5', ...settings }, agentConnectionsEnd: false });
  const [id = ''] = await bootGroup(box, { desired: 2, ...group });
  box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 2, cpu: 256, memory: 256 });
  await box.run(minutes(2));
  return { box, id };
}

function alertsOf(box: Box, state: string) {
  return box.alerts().filter(({ attributes }) => attributes.state === state);
}

const REPAIRS = ['SendCommand', 'SetInstanceHealth', 'DeregisterContainerInstance'] as const;

describe('an agent that stays away', () => {
  it('is told to on-call after ten minutes, with what is known and what would be done', async () => {
    const { box, id } = await twoInstances({ disconnectedReplaceMinutes: '60', disconnectedDeregisterMinutes: '90' });

    box.world.disconnectAgent(id);
    await box.run(minutes(9));
    expect(box.alerts()).toEqual([]);
    await box.run(minutes(20));

    const [alert, ...others] = box.alerts();
    expect(others).toEqual([]);
    expect(alert?.subject).toContain(id);
    expect(alert?.message).toMatch(/replacement by its Auto Scaling group at 20/);
    expect(alert?.message).toMatch(/no deregistration: its EC2 instance runs, and its containers would run on/);
    expect(alert?.message).toMatch(/AGENT_CONNECTIVITY IMPAIRED/);
    expect(box.calls(...REPAIRS)).toEqual([]);
  });

  it('is told though it is too old to report its health', async () => {
    const { box, id } = await twoInstances({}, { agentVersion: '1.40.0' });

    box.world.disconnectAgent(id);
    await box.run(minutes(12));

    expect(alertsOf(box, 'opened')).toHaveLength(1);
    expect(box.alerts()[0]?.message).not.toContain('IMPAIRED');
  });

  it('is restarted through Systems Manager before anybody is woken, if it comes back', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '5' });

    box.world.disconnectAgent(id);
    await box.run(minutes(20));

    expect(box.calls('SendCommand')).toHaveLength(1);
    expect(containerInstance(box, id).agentConnected).toBe(true);
    expect(box.alerts()).toEqual([]);
  });

  it('is restarted once, and what became of the command is in the next alert', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '5' });

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(60));

    expect(box.calls('SendCommand')).toHaveLength(1);
    expect(alertsOf(box, 'opened')[0]?.message).toMatch(
      /restart of the agent at .+ \(Systems Manager command [0-9a-f-]{36}\): failed: DeliveryTimedOut/,
    );
    expect(alertsOf(box, 'escalated')).toEqual([]);
  });

  it('escalates once when the restart fails that on-call was promised', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '15' });
    box.world.leaveSystemsManager(id);

    box.world.disconnectAgent(id);
    await box.run(minutes(60));

    expect(alertsOf(box, 'opened')[0]?.message).toMatch(/restart of the agent at 20/);
    expect(alertsOf(box, 'escalated').map(({ message }) => message)).toEqual([
      expect.stringMatching(/restart of the agent at .+: failed: InvalidInstanceId/),
    ]);
  });

  it('is replaced before it is known that its restart has failed, and each is told as what it is', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '11', disconnectedReplaceMinutes: '12' });

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(25));

    expect(alertsOf(box, 'escalated').map(({ message }) => message)).toEqual([
      expect.stringMatching(/What: .+ replacement by its Auto Scaling group at .+: reported unhealthy/),
      expect.stringMatching(/What: .+ restart of the agent at .+: failed: DeliveryTimedOut/),
    ]);
  });

  it.each([
    ['Windows', { 'ecs.os-type': 'windows', 'ecs.os-family': 'WINDOWS_SERVER_2022_FULL' }],
    ['Bottlerocket', { 'bottlerocket.variant': 'aws-ecs-2' }],
  ])('is not restarted on %s, and the alert says so', async (name, attributes) => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '5' }, { attributes });

    box.world.disconnectAgent(id);
    await box.run(minutes(15));

    expect(box.calls('SendCommand')).toEqual([]);
    expect(alertsOf(box, 'opened')[0]?.message).toContain(`no restart of the agent: it runs ${name}`);
  });

  it('is replaced by its group, through the hook, and its silent drain given up after the lost-contact time', async () => {
    const { box, id } = await twoInstances({ disconnectedReplaceMinutes: '20', lostContactMinutes: '6' });

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(24));
    expect(groupInstance(box, id).lifecycleState).toBe('Terminating:Wait');
    await box.run(minutes(20));

    expect(box.calls('SetInstanceHealth')).toHaveLength(1);
    expect(box.calls('SetInstanceHealth')[0]?.input).toMatchObject({ ShouldRespectGracePeriod: true });
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(alertsOf(box, 'escalated').map(({ subject }) => subject)).toContain(`[prod] ${id} is being replaced`);
    expect(box.alerts().some(({ attributes }) => attributes.kind === 'drain')).toBe(true);
    expect(instancesOf(box, 'web')).toHaveLength(2);
    // What ECS keeps of it is cleaned up, and on-call told that it is over.
    expect(containerInstance(box, id).status).toBe('INACTIVE');
    expect(alertsOf(box, 'resolved')).toHaveLength(1);
  });

  it('is replaced once its grace period is over, however often that takes asking', async () => {
    const { box, id } = await twoInstances(
      { disconnectedReplaceMinutes: '5', lostContactMinutes: '1' },
      { healthCheckGracePeriodSeconds: 1_800 },
    );

    box.world.disconnectAgent(id, { cause: 'unreachable' });
    await box.run(minutes(15));
    expect(groupInstance(box, id).lifecycleState).toBe('InService');
    await box.run(minutes(25));

    expect(instancesOf(box, 'web')).not.toContain(id);
  });

  it('is not replaced while its group has suspended what replaces it', async () => {
    const { box, id } = await twoInstances({ disconnectedReplaceMinutes: '15' });
    box.world.suspendProcesses('web', ['Launch']);

    box.world.disconnectAgent(id);
    await box.run(minutes(60));

    expect(box.calls('SetInstanceHealth')).toEqual([]);
    expect(alertsOf(box, 'escalated').map(({ message }) => message)).toEqual([
      expect.stringContaining('failed: web has suspended Launch'),
    ]);
    box.world.reconnectAgent(id);
    await box.run(minutes(2));
    // Of attempts that failed alike the last two are kept: the record does not grow with the absence.
    expect(alertsOf(box, 'resolved')[0]?.message.match(/- replacement by/g)).toHaveLength(2);
  });

  it('is deregistered while its EC2 instance runs only where both settings say so, and the alert names the orphans', async () => {
    const settings = { disconnectedDeregisterMinutes: '15' };
    const refused = await twoInstances(settings);
    refused.box.world.disconnectAgent(refused.id);
    await refused.box.run(minutes(60));
    expect(containerInstance(refused.box, refused.id).status).toBe('ACTIVE');

    const { box, id } = await twoInstances({ ...settings, disconnectedDeregisterRunning: 'yes' });
    box.world.disconnectAgent(id);
    await box.run(minutes(20));

    expect(containerInstance(box, id).status).toBe('INACTIVE');
    expect(alertsOf(box, 'resolved').map(({ message }) => message)).toEqual([
      expect.stringContaining(`Containers that were running on ${id} run on with nobody to manage them`),
    ]);
  });

  it('is left alone by every step that is off, the alert included', async () => {
    const { box, id } = await twoInstances({ disconnectedAlertMinutes: 'off' });

    box.world.disconnectAgent(id);
    await box.run(minutes(120));

    expect(box.alerts()).toEqual([]);
    expect(box.calls(...REPAIRS)).toEqual([]);
  });

  it('is told each step once that Ebbtide would take, and none is taken, while it only observes', async () => {
    const { box, id } = await twoInstances({
      mode: 'observe',
      disconnectedRestartMinutes: '12',
      disconnectedReplaceMinutes: '20',
      disconnectedDeregisterMinutes: '40',
      disconnectedDeregisterRunning: 'yes',
    });

    box.world.disconnectAgent(id);
    await box.run(minutes(90));

    expect(box.calls(...REPAIRS)).toEqual([]);
    const would = box.logs('would act').map(({ effect }) => (effect as { operation: string }).operation);
    expect(new Set(would)).toEqual(new Set(REPAIRS));
    expect(would.filter((operation) => operation !== 'SetInstanceHealth')).toHaveLength(2);
    expect(alertsOf(box, 'escalated').map(({ subject }) => subject)).toEqual([
      `[observe] [prod] ${id} is being replaced`,
    ]);
  });

  it('is only alerted while repairs are switched off', async () => {
    const settings = { disconnectedRestartMinutes: '5', disconnectedReplaceMinutes: '15', repairs: 'off' };
    const { box, id } = await twoInstances(settings);

    box.world.disconnectAgent(id);
    await box.run(minutes(60));

    expect(box.calls(...REPAIRS)).toEqual([]);
    expect(alertsOf(box, 'opened')[0]?.message).toContain('no restart of the agent: repairs are switched off');
  });
});

describe('what ECS finds on a connected instance', () => {
  it('is told with its reason once it has lasted, and told when it is over', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '15' });
    const type = 'CONTAINER_RUNTIME';

    box.world.reportHealth(id, { type, status: 'IMPAIRED', reason: 'Docker does not answer' });
    await box.run(minutes(9));
    expect(box.alerts()).toEqual([]);
    await box.run(minutes(10));
    box.world.reportHealth(id, { type, status: 'OK' });
    await box.run(minutes(5));

    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(['opened', 'resolved']);
    expect(box.alerts()[0]?.subject).toBe(`[prod] ${id} impaired: CONTAINER_RUNTIME`);
    expect(box.alerts()[0]?.message).toContain('CONTAINER_RUNTIME IMPAIRED: Docker does not answer');
    expect(box.calls('SendCommand')).toEqual([]);
  });

  it('finds the agent that nobody hears though it is never reported offline, and restarts it', async () => {
    const { box, id } = await twoInstances({ disconnectedRestartMinutes: '15' });

    box.world.reportHealth(id, { type: 'AGENT_CONNECTIVITY', status: 'IMPAIRED', reason: 'No heartbeat' });
    await box.run(minutes(18));

    expect(alertsOf(box, 'opened')[0]?.message).toContain('AGENT_CONNECTIVITY IMPAIRED: No heartbeat');
    expect(box.calls('SendCommand')).toHaveLength(1);
  });
});
