import { CompleteLifecycleActionCommand, RecordLifecycleActionHeartbeatCommand } from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from 'vitest';
import { completeLifecycleAction, recordHeartbeat } from '../../../shared/aws/auto-scaling.ts';
import { awsError, ec2Id } from './builders.ts';
import { strictAutoScaling } from './strict-client.ts';

describe('a lifecycle action', () => {
  const action = { ec2InstanceId: ec2Id(1), groupName: 'shop', hookName: 'ebbtide-terminate' };
  const token = '5f0c1c3e-9f0e-4a55-9d3c-0b1c2d3e4f50';
  const named = { AutoScalingGroupName: 'shop', LifecycleHookName: 'ebbtide-terminate' };
  const over = [
    ['ValidationError', `No active Lifecycle Action found with token ${token}`],
    ['ValidationError', `No active Lifecycle Action found with instance ID ${ec2Id(1)}`],
    ['ValidationError', 'AutoScalingGroup name not found - AutoScalingGroup shop not found'],
  ] as const;
  const notOver = [
    ['ValidationError', '1 validation error detected'],
    ['ResourceContentionFault', 'No active Lifecycle Action found'],
    ['Throttling', 'Rate exceeded'],
  ] as const;

  test('is completed by its token alone', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(CompleteLifecycleActionCommand).resolves({});

    expect(await completeLifecycleAction(autoScaling, { ...action, token }, 'CONTINUE')).toBe('completed');
    expect(mock.call(0).args[0].input).toEqual({
      ...named,
      LifecycleActionToken: token,
      LifecycleActionResult: 'CONTINUE',
    });
  });

  test('is completed by its instance when the token is not known', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(CompleteLifecycleActionCommand).resolves({});

    expect(await completeLifecycleAction(autoScaling, action, 'ABANDON')).toBe('completed');
    expect(mock.call(0).args[0].input).toEqual({ ...named, InstanceId: ec2Id(1), LifecycleActionResult: 'ABANDON' });
  });

  test('is kept alive in the same way', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(RecordLifecycleActionHeartbeatCommand).resolves({});

    expect(await recordHeartbeat(autoScaling, { ...action, token })).toBe('recorded');
    expect(await recordHeartbeat(autoScaling, action)).toBe('recorded');
    expect(mock.calls().map(({ args }) => args[0].input)).toEqual([
      { ...named, LifecycleActionToken: token },
      { ...named, InstanceId: ec2Id(1) },
    ]);
  });

  test('whose token is over is kept alive where its hook holds the instance anew', async () => {
    const { autoScaling, mock } = strictAutoScaling();
    const byToken = { ...named, LifecycleActionToken: token };
    mock.on(RecordLifecycleActionHeartbeatCommand, byToken).rejects(awsError(...over[0]));
    mock.on(RecordLifecycleActionHeartbeatCommand, { ...named, InstanceId: ec2Id(1) }).resolves({});

    expect(await recordHeartbeat(autoScaling, { ...action, token })).toBe('recorded');
  });

  test.each(over)('is already over: %s, %s', async (name, message) => {
    const { autoScaling, mock } = strictAutoScaling();
    mock.on(CompleteLifecycleActionCommand).rejects(awsError(name, message));
    mock.on(RecordLifecycleActionHeartbeatCommand).rejects(awsError(name, message));

    expect(await completeLifecycleAction(autoScaling, action, 'CONTINUE')).toBe('already-over');
    expect(await recordHeartbeat(autoScaling, action)).toBe('already-over');
  });

  test.each(notOver)('is not taken to be over: %s, %s', async (name, message) => {
    const { autoScaling, mock } = strictAutoScaling();
    const error = awsError(name, message);
    mock.on(CompleteLifecycleActionCommand).rejects(error);
    mock.on(RecordLifecycleActionHeartbeatCommand).rejects(error);

    await expect(completeLifecycleAction(autoScaling, action, 'CONTINUE')).rejects.toBe(error);
    await expect(recordHeartbeat(autoScaling, action)).rejects.toBe(error);
  });
});
