import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../../simulator/simulator.ts';
import {
  account,
  FUNCTION,
  HERE,
  hook,
  invokedBy,
  LINKED_ROLE,
  QUEUE,
  ROLES,
  received,
  TERMINATING,
  TEST_MESSAGE,
  terminate,
} from './notified-account.ts';

const hooksOf = async (simulator: Simulator) => {
  const answer = await simulator.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'web' });
  return (answer as { LifecycleHooks: Record<string, unknown>[] }).LifecycleHooks;
};

describe('A lifecycle hook with a notification target', () => {
  test('tests its queue when it is put, and tells it of each action beside the event', async () => {
    const simulator = await account();
    const target = { NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender`, NotificationMetadata: 'more' };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    expect(await received(simulator)).toEqual([TEST_MESSAGE]);

    const id = terminate(simulator);
    const [message, ...others] = await received(simulator);

    expect(others).toEqual([]);
    const [action] = simulator.fleet.views.groupInstances()[0]?.hooks ?? [];
    expect(message).toEqual({
      Origin: 'AutoScalingGroup',
      LifecycleHookName: 'drain',
      Destination: 'EC2',
      AccountId: '111122223333',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LifecycleTransition: TERMINATING,
      AutoScalingGroupName: 'web',
      Service: 'AWS Auto Scaling',
      Time: expect.stringMatching(/Z$/),
      EC2InstanceId: id,
      NotificationMetadata: 'more',
      LifecycleActionToken: action?.token,
    });
    const types = simulator.kernel.trace.entries
      .filter(({ kind }) => kind === 'event')
      .map((entry) => JSON.stringify(entry));
    expect(types.filter((text) => text.includes('EC2 Instance-terminate Lifecycle Action'))).toHaveLength(1);
  });

  test('publishes to its topic with the subjects that subscribers know', async () => {
    const simulator = await account();
    const target = {
      NotificationTargetARN: `arn:aws:sns:${HERE}:told`,
      RoleARN: `${ROLES}/auto-scaling-notifications`,
    };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    const [tested] = await received(simulator);
    expect(tested).toMatchObject({ Subject: 'Auto Scaling: test notification for group "web"' });
    expect(JSON.parse(String(tested?.Message))).toEqual(TEST_MESSAGE);

    const id = terminate(simulator);
    const [told] = await received(simulator);

    expect(told?.Subject).toBe(`Auto Scaling:  Lifecycle action 'TERMINATING' for instance ${id} in progress.`);
    expect(JSON.parse(String(told?.Message))).toMatchObject({ EC2InstanceId: id, LifecycleHookName: 'drain' });
  });

  test('invokes a function that lets the service-linked role in', async () => {
    const simulator = await account({ Permission: invokedBy(LINKED_ROLE) });
    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ NotificationTargetARN: FUNCTION }));
    const id = terminate(simulator);
    await simulator.runFor(30_000);

    const lines = simulator.kernel.trace.entries
      .filter(({ kind }) => kind === 'log')
      .map(({ line }) => JSON.parse(String(line).split('\t').at(-1) ?? ''));
    expect(lines).toEqual([TEST_MESSAGE, expect.objectContaining({ EC2InstanceId: id, Origin: 'AutoScalingGroup' })]);
  });

  test('of a template is tested like any other, on a group that the fleet has', async () => {
    const simulator = await account({
      Hook: {
        Type: 'AWS::AutoScaling::LifecycleHook',
        DependsOn: ['Queue', 'Sender'],
        Properties: hook({ NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender` }),
      },
    });
    expect(await received(simulator)).toMatchObject([{ Event: 'autoscaling:TEST_NOTIFICATION' }]);
  });

  const unusable = (target: string, roleName?: string) =>
    `Unable to publish test message to notification target ${target}${roleName === undefined ? '' : ` using IAM role ${ROLES}/${roleName}`}. Please check your target and role configuration and try to put lifecycle hook again.`;

  test.each([
    ['a queue that is not there', `arn:aws:sqs:${HERE}:none`, 'sender', undefined],
    ['a topic that its role may not publish to', `arn:aws:sns:${HERE}:told`, 'sender', undefined],
    ['a queue whose key its role may not use', `arn:aws:sqs:${HERE}:secret`, 'sender', undefined],
    ['a role that Auto Scaling may not assume', QUEUE, 'stranger', undefined],
    ['a role that is not there', QUEUE, 'none', undefined],
    ['a function that does not let it in', FUNCTION, undefined, undefined],
    ['no role', QUEUE, undefined, `RoleARN is required to send notifications to ${QUEUE}.`],
  ])('is refused with %s, and not put', async (_, NotificationTargetARN, name, message) => {
    const simulator = await account({ Permission: invokedBy('autoscaling.amazonaws.com') });
    const target = { NotificationTargetARN, ...(name === undefined ? {} : { RoleARN: `${ROLES}/${name}` }) };

    await expect(simulator.call('autoscaling', 'PutLifecycleHook', hook(target))).rejects.toMatchObject({
      name: 'ValidationError',
      message: message ?? unusable(NotificationTargetARN, name),
    });
    expect(await hooksOf(simulator)).toEqual([]);
    expect(await received(simulator)).toEqual([]);
  });

  test('keeps its target when it is changed otherwise, without a test; an empty text takes it away', async () => {
    const simulator = await account();
    const target = { NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender` };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ HeartbeatTimeout: 60 }));
    expect(await received(simulator)).toHaveLength(1);
    expect(await hooksOf(simulator)).toMatchObject([{ HeartbeatTimeout: 60, ...target }]);

    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ NotificationTargetARN: '' }));

    terminate(simulator);
    expect((await hooksOf(simulator))[0]).not.toHaveProperty('NotificationTargetARN');
    expect(await received(simulator)).toEqual([]);
  });
});
