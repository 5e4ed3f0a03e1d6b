import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import type { CallAttempt } from '../../simulator/wire/wire.ts';
import { type Box, minutes, openBox, seconds } from './box.ts';
import {
  bootGroup,
  containerInstance,
  groupInstance,
  hookEnd,
  instancesOf,
  LAUNCH_HOOK,
  launchUnregistered,
  TERMINATE_HOOK,
} from './fleet.ts';
import { outageOf } from './outage.ts';

const UNREADABLE = new AwsError('InternalServerError', 'Internal Server Error', { status: 500 });

/** A box in which the calls of Ebbtide's functions that match are not answered while `hanging.isOn`. */
async function openHangingBox(isMeant: (attempt: CallAttempt) => boolean) {
  const hanging = { isOn: false };
  const box = await openBox({
    intercept: (attempt) =>
      hanging.isOn && attempt.caller.kind === 'function' && isMeant(attempt)
        ? { effect: 'none', extraLatencyMs: minutes(10) }
        : undefined,
  });
  return { box, hanging };
}

function timeouts(box: Box): unknown[] {
  return box.simulator.kernel.trace.entries.filter(({ kind, phase }) => kind === 'invocation' && phase === 'timeout');
}

describe('while the dead-letter queue does not answer', () => {
  it('a malformed event keeps no other of its batch waiting, and becomes a dead letter afterwards', async () => {
    const isDeadLetter = ({ operation, input }: CallAttempt) =>
      operation === 'SendMessage' && String(input.QueueUrl).endsWith('dead-letter');
    const { box, hanging } = await openHangingBox(isDeadLetter);
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const { QueueUrl } = (await box.simulator.call('sqs', 'GetQueueUrl', { QueueName: 'ebbtide-lifecycle' })) as {
      QueueUrl: string;
    };
    hanging.isOn = true;

    await box.simulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'no JSON' });
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(5));

    const [drained] = box.calls('UpdateContainerInstancesState');
    expect(drained?.functionName).toContain('lifecycleAction');
    expect(containerInstance(box, id).status).not.toBe('ACTIVE');
    expect(hookEnd(box, id)).toMatchObject({ result: 'CONTINUE' });
    expect(timeouts(box)).toEqual([]);
    hanging.isOn = false;
    await box.run(minutes(10));
    expect(box.deadLetters()).toHaveLength(1);
    expect(JSON.stringify(box.deadLetters()[0]?.attributes)).toContain('expected JSON');
  });
});

describe('while SNS does not answer', () => {
  it('events are dealt with once, and what is to be told is told afterwards, once', async () => {
    const { box, hanging } = await openHangingBox(({ service }) => service === 'sns');
    const [id = ''] = await bootGroup(box, { desired: 1, spot: true });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    hanging.isOn = true;

    box.world.interruptSpot(id);
    await box.run(minutes(30));
    expect(box.deadLetters()).toEqual([]);
    expect(timeouts(box).filter((entry) => !JSON.stringify(entry).includes('sweep'))).toEqual([]);
    hanging.isOn = false;
    await box.run(minutes(10));

    expect(box.alerts()).toHaveLength(1);
    await box.run(seconds(1));
  });
});

it('a sweep that can neither look nor tell says both', async () => {
  const failing = new Set<string>();
  const box = await openBox({
    intercept: ({ service, caller }) =>
      failing.has(service) && caller.kind === 'function' ? { effect: 'none', answer: UNREADABLE } : undefined,
    agentConnectionsEnd: false,
  });
  const [id = ''] = await bootGroup(box, { desired: 2 });
  failing.add('sns');
  box.world.disconnectAgent(id, { cause: 'unreachable' });
  await box.run(minutes(12));
  failing.add('ecs');
  await box.run(minutes(10));

  const errors = box.simulator.kernel.trace.entries.filter(
    ({ phase, errorMessage }) => phase === 'error' && errorMessage,
  );
  const texts = errors.map(({ errorMessage }) => String(errorMessage));
  expect(texts.filter((text) => text.includes('not done: ') && text.includes('; InternalServerError'))).not.toEqual([]);
});

it('while DynamoDB does not give what is on record, hooks that nothing is recorded of yet are drained for', async () => {
  const { outage, intercept } = outageOf(({ operation }) => operation === 'BatchGetItem', UNREADABLE);
  const box = await openBox({ intercept });
  const hook = { ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 60 };
  const [first = '', ...others] = await bootGroup(box, { desired: 40, lifecycleHooks: [hook] });
  box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: first });
  await box.run(minutes(1));
  box.world.terminateInstanceInGroup(first, 'shrink');
  await box.run(minutes(2));

  // At any moment, as looks at the first one are due.
  outage.isOn = true;
  for (const id of others) {
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(seconds(1));
  }
  await box.run(seconds(15));

  expect(others.filter((id) => containerInstance(box, id).status === 'ACTIVE')).toEqual([]);
});

it('while EC2 does not answer, an instance whose agent is there is let in, although another one is overdue', async () => {
  const { outage, intercept } = outageOf(({ service, caller }) => service === 'ec2' && caller.kind === 'function');
  const box = await openBox({
    intercept,
    settings: { launchDeadlineMinutes: '5' },
    deliveryFault: ({ event }) => (event['detail-type'].startsWith('ECS Container Instance') ? [] : [0]),
  });
  const group = { cluster: 'prod', desired: 0, maxSize: 20, lifecycleHooks: [LAUNCH_HOOK] };
  box.world.createAutoScalingGroup({ ...group, name: 'web' });
  await launchUnregistered(box, { lifecycleHooks: [LAUNCH_HOOK] });

  outage.isOn = true;
  await box.run(minutes(5));
  box.world.setDesiredCapacity('web', 1);
  await box.run(minutes(5));

  expect(instancesOf(box, 'web').map((id) => groupInstance(box, id).lifecycleState)).toEqual(['InService']);
});
