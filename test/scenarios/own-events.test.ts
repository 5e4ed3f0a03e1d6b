import { describe, expect, it } from 'vitest';
import { type IncidentEventDetail, incidentEventSchema } from '../../shared/incidents/incident-event.ts';
import { type Box, minutes, openBox, seconds } from './box.ts';
import { bootGroup } from './fleet.ts';
import { outageOf } from './outage.ts';

interface Told extends IncidentEventDetail {
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly at: string;
}

/** Ebbtide's own events, as the bus got them. */
function told(box: Box): Told[] {
  return box.simulator.kernel.trace.entries.flatMap(({ kind, at, event }) => {
    const envelope = event as { source: string; 'detail-type': string; resources: string[]; detail: unknown };
    if (kind !== 'event' || envelope.source !== 'ebbtide') return [];
    const detail = incidentEventSchema.parse(envelope.detail);
    return [{ ...detail, detailType: envelope['detail-type'], resources: envelope.resources, at }];
  });
}

function lifeOf(box: Box): string[] {
  return told(box).map(({ change, incident }) => `${incident.kind} ${change}: ${incident.phase}`);
}

describe('Ebbtide’s own events', () => {
  it('tell a drain’s whole life: opened when it begins, closed when it is over, and nothing of the heartbeats between', async () => {
    const box = await openBox();
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const task = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(12));
    box.world.exitTask(task);
    await box.run(minutes(3));

    expect(box.calls('RecordLifecycleActionHeartbeat').length).toBeGreaterThan(1);
    expect(lifeOf(box)).toEqual(['drain opened: draining', 'drain closed: closed']);
    const [opened, closed] = told(box);
    expect(opened).toMatchObject({
      detailType: 'Ebbtide Incident Opened',
      incident: {
        ec2InstanceId: id,
        autoScalingGroupName: 'web',
        lifecycleHooks: ['ebbtide-terminate'],
        state: 'open',
      },
    });
    expect(opened?.resources).toContain(opened?.incident.clusterArn);
    expect(opened?.resources).toEqual(expect.arrayContaining([...(opened?.incident.containerInstanceArns ?? ['?'])]));
    expect(closed).toMatchObject({
      detailType: 'Ebbtide Incident Closed',
      incident: { id: opened?.incident.id, state: 'closed', outcome: 'drained' },
      changed: expect.arrayContaining(['state', 'phase', 'outcome', 'closedAt']),
    });
    expect(closed?.revision).toBeGreaterThan(opened?.revision ?? 0);
    expect(JSON.stringify(told(box))).not.toMatch(/token|outbox|heartbeat/i);
  });

  it('tell that a drain stands still, within seconds of the alert', async () => {
    const box = await openBox({ settings: { drainStalledMinutes: '5' } });
    const [id = ''] = await bootGroup(box, { desired: 1 });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256 });
    await box.run(minutes(1));

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(15));

    const stalled = told(box).find(({ changed }) => changed.includes('stalledAt') && changed.length === 1);
    expect(stalled?.change).toBe('changed');
    const [alert] = box.alerts();
    expect(Math.abs(Date.parse(stalled?.at ?? '') - Date.parse(alert?.at ?? ''))).toBeLessThan(seconds(10));
  });

  it('tell of an agent from the alert on until it is back, and nothing at all of one that was away for a moment', async () => {
    const box = await openBox();
    const [away = '', flapping = ''] = await bootGroup(box, { desired: 2 });

    box.world.disconnectAgent(flapping);
    box.world.disconnectAgent(away);
    await box.run(minutes(2));
    box.world.reconnectAgent(flapping);
    await box.run(minutes(15));
    box.world.reconnectAgent(away);
    await box.run(minutes(5));

    expect(told(box).map(({ incident }) => incident.ec2InstanceId)).toEqual(told(box).map(() => away));
    expect(lifeOf(box).at(0)).toBe('disconnection opened: alerted');
    expect(lifeOf(box).at(-1)).toBe('disconnection closed: closed');
    const [opened] = told(box);
    expect(Date.parse(opened?.incident.since ?? '')).toBeLessThan(Date.parse(opened?.at ?? '') - minutes(9));
  });

  it('tell of an agent that was restarted before anybody was told, once it is back', async () => {
    const box = await openBox({ settings: { disconnectedRestartMinutes: '5' }, agentConnectionsEnd: false });
    const [id = ''] = await bootGroup(box, { desired: 2 });

    box.world.disconnectAgent(id);
    await box.run(minutes(15));

    expect(box.alerts()).toEqual([]);
    expect(told(box).map(({ change }) => change)).toEqual(['opened', 'closed']);
    expect(told(box)[1]?.incident).toMatchObject({ outcome: 'reconnected', steps: [{ name: 'restart' }] });
  });

  it('tell of an instance’s second drain as of another incident, and not once more of the first', async () => {
    const box = await openBox();
    const group = { desired: 1, warmPool: { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const };
    const [id = ''] = await bootGroup(box, group);
    for (let round = 0; round < 2; round++) {
      box.world.setDesiredCapacity('web', 0);
      await box.run(minutes(10));
      box.world.setDesiredCapacity('web', 1);
      await box.run(minutes(10));
    }

    const ofInstance = told(box).filter(({ incident }) => incident.ec2InstanceId === id && incident.kind === 'drain');
    const ids = new Set(ofInstance.map(({ incident }) => incident.id));
    expect(ids.size).toBe(2);
    for (const one of ids) {
      const changes = ofInstance.filter(({ incident }) => incident.id === one).map(({ change }) => change);
      expect(changes.filter((change) => change !== 'changed')).toEqual(['opened', 'closed']);
    }
  });

  it('come in the order in which things happened, incident by incident', async () => {
    const box = await openBox();
    const ids = await bootGroup(box, { desired: 6 });
    for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(10));

    const byIncident = Map.groupBy(told(box), ({ incident }) => incident.id);
    expect(byIncident.size).toBe(6);
    for (const events of byIncident.values()) {
      const revisions = events.map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(events.at(0)?.change).toBe('opened');
      expect(events.at(-1)?.change).toBe('closed');
    }
  });

  it('reach a rule of the user’s that asks for drains that are over', async () => {
    const box = await openBox();
    const queue = deployRule(box);
    const [id = ''] = await bootGroup(box, { desired: 2 });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(5));

    const bodies = queue.receive(10).map(({ body }) => JSON.parse(body));
    expect(bodies).toEqual([
      expect.objectContaining({
        source: 'ebbtide',
        'detail-type': 'Ebbtide Incident Closed',
        detail: expect.objectContaining({ incident: expect.objectContaining({ ec2InstanceId: id }) }),
      }),
    ]);
  });

  it('are all there, each once, after EventBridge has been away for an hour', async () => {
    const { outage, intercept } = outageOf(({ operation }) => operation === 'PutEvents');
    const box = await openBox({ intercept });
    const ids = await bootGroup(box, { desired: 3 });

    outage.isOn = true;
    for (const id of ids) box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(60));
    expect(told(box)).toEqual([]);
    outage.isOn = false;
    await box.run(minutes(10));

    const changes = told(box).map(({ incident, change }) => `${incident.ec2InstanceId} ${change}`);
    expect(changes.toSorted()).toEqual(ids.flatMap((id) => [`${id} closed`, `${id} opened`]).toSorted());
    expect(box.deadLetters()).toEqual([]);
  });
});

/** The example of docs/events.md, with a queue behind it, in a stack of the user's own. */
function deployRule(box: Box) {
  const { providers, queues } = box.simulator.messaging;
  const create = (type: string, properties: object, logicalId: string) => {
    const created = providers[type]?.create(properties as never, { logicalId, stackName: 'users' });
    if (created === undefined) throw new Error(`no provider for ${type}`);
    return created;
  };
  const { attributes, ref } = create('AWS::SQS::Queue', { QueueName: 'users' }, 'Queue');
  const queueArn = attributes.Arn ?? '';
  create(
    'AWS::SQS::QueuePolicy',
    {
      Queues: [ref],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
        },
      },
    },
    'Policy',
  );
  create(
    'AWS::Events::Rule',
    {
      EventPattern: {
        source: ['ebbtide'],
        'detail-type': ['Ebbtide Incident Closed'],
        detail: { incident: { kind: ['drain'] } },
      },
      Targets: [{ Id: 'queue', Arn: queueArn }],
    },
    'Rule',
  );
  const queue = queues.find(queueArn);
  if (queue === undefined) throw new Error('no queue');
  return queue;
}
