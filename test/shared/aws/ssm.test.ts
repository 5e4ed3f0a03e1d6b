import { GetCommandInvocationCommand, type GetCommandInvocationResult, SendCommandCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { commandOutcome, restartAgent } from '../../../shared/aws/ssm.ts';
import { awsError, ec2Id } from './builders.ts';
import { strictSsm } from './strict-client.ts';

const commandId = '5f0c1c3e-9f0e-4a55-9d3c-0b1c2d3e4f50';

describe('restarting the agent', () => {
  test('sends the command to the one instance, and lets it wait neither for delivery nor for its end for long', async () => {
    const { ssm, mock } = strictSsm();
    mock.on(SendCommandCommand).resolves({ Command: { CommandId: commandId } });

    expect(await restartAgent(ssm, ec2Id(1))).toEqual({ kind: 'sent', commandId });
    expect(mock.call(0).args[0].input).toEqual({
      InstanceIds: [ec2Id(1)],
      DocumentName: 'AWS-RunShellScript',
      Comment: expect.stringMatching(/^.{1,100}$/),
      TimeoutSeconds: 60,
      Parameters: { commands: ['systemctl restart ecs'], executionTimeout: ['120'] },
    });
  });

  test.each([
    ['InvalidInstanceId', 'Instances [[i-1]] not in a valid state for account 210987654321'],
    ['UnsupportedPlatformType', 'The document does not support the platform'],
  ])('says why the instance cannot be reached: %s', async (name, message) => {
    const { ssm, mock } = strictSsm();
    mock.on(SendCommandCommand).rejects(awsError(name, message));

    expect(await restartAgent(ssm, ec2Id(1))).toEqual({ kind: 'not-reachable', reason: `${name}: ${message}` });
  });

  test.each([
    ['Command', {}],
    ['CommandId', { Command: {} }],
  ])('refuses an answer without %s', async (field, answer) => {
    const { ssm, mock } = strictSsm();
    mock.on(SendCommandCommand).resolves(answer);

    await expect(restartAgent(ssm, ec2Id(1))).rejects.toThrow(`the command to ${ec2Id(1)} without ${field}`);
  });
});

describe('the outcome of a command', () => {
  const outcomeOf = (answer: GetCommandInvocationResult) => {
    const { ssm, mock } = strictSsm();
    mock.on(GetCommandInvocationCommand, { CommandId: commandId, InstanceId: ec2Id(1) }).resolves(answer);
    return commandOutcome(ssm, ec2Id(1), commandId);
  };

  test.each(['Pending', 'InProgress', 'Delayed', 'Cancelling', 'SomeNewStatus'])('is open while %s', async (status) => {
    expect(await outcomeOf({ Status: status as 'Pending' })).toBe('pending');
  });

  test('is a success', async () => {
    expect(await outcomeOf({ Status: 'Success', StandardErrorContent: 'a warning' })).toBe('succeeded');
  });

  test.each<[GetCommandInvocationResult, string]>([
    [{ Status: 'Failed' }, 'Failed'],
    [{ Status: 'Cancelled', StatusDetails: '' }, 'Cancelled'],
    [{ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', StandardErrorContent: '' }, 'DeliveryTimedOut'],
    [
      { Status: 'Failed', StatusDetails: 'Failed', StandardErrorContent: 'Unit ecs.service not found.\n' },
      'Failed: Unit ecs.service not found.',
    ],
    [{ Status: 'Failed', StandardErrorContent: 'x'.repeat(8000) }, `Failed: ${'x'.repeat(200)}`],
  ])('is a failure with the details: %#', async (answer, failed) => {
    expect(await outcomeOf(answer)).toEqual({ failed });
  });

  test('is open while Systems Manager does not show the command yet', async () => {
    const { ssm, mock } = strictSsm();
    mock.on(GetCommandInvocationCommand).rejects(awsError('InvocationDoesNotExist'));

    expect(await commandOutcome(ssm, ec2Id(1), commandId)).toBe('pending');
  });

  test('is a failure when the instance is gone', async () => {
    const { ssm, mock } = strictSsm();
    mock.on(GetCommandInvocationCommand).rejects(awsError('InvalidInstanceId', 'terminated'));

    expect(await commandOutcome(ssm, ec2Id(1), commandId)).toEqual({ failed: 'InvalidInstanceId: terminated' });
  });

  test('is not guessed from an answer without a status', async () => {
    await expect(outcomeOf({})).rejects.toThrow(`command ${commandId} without Status`);
  });
});
