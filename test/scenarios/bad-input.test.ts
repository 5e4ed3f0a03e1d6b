import { describe, expect, it } from 'vitest';
import { type Box, minutes, openBox } from './box.ts';
import { bootGroup, containerInstance } from './fleet.ts';

/** Puts a body into one of the stack's queues, beside what the rules bring. */
async function send(box: Box, queueName: string, body: string): Promise<void> {
  const { QueueUrl } = (await box.simulator.call('sqs', 'GetQueueUrl', { QueueName: queueName })) as {
    QueueUrl: string;
  };
  await box.simulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: body });
}

function event(overrides: object): string {
  return JSON.stringify({
    version: '0',
    id: '4f3e1c1a-0000-4000-8000-000000000000',
    source: 'aws.autoscaling',
    'detail-type': 'EC2 Instance-terminate Lifecycle Action',
    account: '111122223333',
    region: 'eu-central-1',
    time: '2026-01-05T08:00:00Z',
    resources: [],
    detail: {},
    ...overrides,
  });
}

describe('what is no event', () => {
  it('ends in the dead-letter queue with its reason, and the rest of its batch is handled', async () => {
    const box = await openBox();
    const [id = ''] = await bootGroup(box, { desired: 1 });

    await send(
      box,
      'ebbtide-lifecycle',
      event({ detail: { AutoScalingGroupName: 'web', LifecycleHookName: 'ebbtide-terminate' } }),
    );
    await send(box, 'ebbtide-lifecycle', 'no JSON at all');
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(1));

    const dead = box.deadLetters().map(({ queue, attributes }) => ({ queue, attributes: JSON.stringify(attributes) }));
    expect(dead).toHaveLength(2);
    const reasons = dead.map(({ attributes }) => attributes).sort();
    expect(reasons[0]).toContain('detail.EC2InstanceId is absent');
    expect(reasons[1]).toContain('expected JSON');
    expect(containerInstance(box, id).status).not.toBe('ACTIVE');
  });

  it('is told to on-call by an alarm, once', async () => {
    const box = await openBox();
    await send(box, 'ebbtide-task', '{}');
    await box.run(minutes(10));

    const told = box.simulator.kernel.trace.entries.filter(({ kind }) => kind === 'notification');
    expect(told.map(({ subject }) => subject)).toEqual([expect.stringContaining('dead-letter-queue-not-empty')]);
  });

  it('nor is an event of a kind that is not known: ignored with a line in the log', async () => {
    const box = await openBox();
    await send(box, 'ebbtide-container-instance', event({ source: 'aws.ecs', 'detail-type': 'ECS Something New' }));
    await box.run(minutes(1));

    expect(box.deadLetters()).toEqual([]);
    expect(box.logs('event ignored').map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('ECS Something New'),
    );
  });
});

describe('a configuration that is not valid', () => {
  it('stops every function at its first start, naming all that is wrong; no event is lost', async () => {
    const box = await openBox({ settings: { mode: 'maybe', drainDeadlineMinutes: '0' } });
    const [id = ''] = await bootGroup(box, { desired: 1 });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(2));

    const errors = box.simulator.kernel.trace.entries.filter(
      ({ kind, phase }) => kind === 'invocation' && phase === 'error',
    );
    expect(errors.length).toBeGreaterThan(0);
    for (const { errorMessage } of errors) {
      expect(errorMessage).toContain('EBBTIDE_MODE is "maybe"');
      expect(errorMessage).toContain('EBBTIDE_DRAIN_DEADLINE_MINUTES is "0"');
    }
    const queued = box.simulator.messaging.queues
      .all()
      .find(({ name }) => name === 'ebbtide-lifecycle')
      ?.measure();
    expect((queued?.visible ?? 0) + (queued?.inFlight ?? 0)).toBe(1);
  });
});
