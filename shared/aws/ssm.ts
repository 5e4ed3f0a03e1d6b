import { GetCommandInvocationCommand, SendCommandCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Ec2InstanceId } from '../domain/model.ts';
import { isInvocationUnknown, isNotReachable, required } from './errors.ts';

/** Within this time the command must reach the instance, or never runs (API Reference, SendCommand: at least 30). */
const DELIVERY_TIMEOUT_SECONDS = 60;
/** And then end within this time; without it AWS-RunShellScript waits for an hour. */
const EXECUTION_TIMEOUT_SECONDS = 120;

/** API Reference, GetCommandInvocation, Status: those that end a command otherwise than well. */
const FAILED: ReadonlySet<string> = new Set(['Cancelled', 'TimedOut', 'Failed']);
/** Enough of what a command wrote for a person to see why it failed. */
const OUTPUT_LENGTH_MAX = 200;

export type AgentRestart =
  | { readonly kind: 'sent'; readonly commandId: string }
  | { readonly kind: 'not-reachable'; readonly reason: string };

/**
 * Restarts the ECS agent of a Linux instance through its SSM agent; tasks run on meanwhile. Neither Windows nor
 * Bottlerocket has this unit.
 */
export async function restartAgent(ssm: SSMClient, ec2InstanceId: Ec2InstanceId): Promise<AgentRestart> {
  const command = new SendCommandCommand({
    InstanceIds: [ec2InstanceId],
    DocumentName: 'AWS-RunShellScript',
    Comment: 'Ebbtide: restart the disconnected ECS agent',
    TimeoutSeconds: DELIVERY_TIMEOUT_SECONDS,
    Parameters: { commands: ['systemctl restart ecs'], executionTimeout: [`${EXECUTION_TIMEOUT_SECONDS}`] },
  });
  try {
    const answer = await ssm.send(command);
    const sent = required(answer, 'Command', `the command to ${ec2InstanceId}`);
    return { kind: 'sent', commandId: required(sent, 'CommandId', `the command to ${ec2InstanceId}`) };
  } catch (error) {
    if (isNotReachable(error)) return { kind: 'not-reachable', reason: describe(error) };
    throw error;
  }
}

export type CommandOutcome = 'pending' | 'succeeded' | { readonly failed: string };

/**
 * What became of a command. Pending as well while Systems Manager does not show it yet, or no longer: whoever waits
 * needs a deadline of their own.
 */
export async function commandOutcome(
  ssm: SSMClient,
  ec2InstanceId: Ec2InstanceId,
  commandId: string,
): Promise<CommandOutcome> {
  try {
    const invocation = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: ec2InstanceId }),
    );
    const status = required(invocation, 'Status', `command ${commandId}`);
    if (status === 'Success') return 'succeeded';
    if (!FAILED.has(status)) return 'pending';
    // The details tell a command that never arrived (DeliveryTimedOut, Undeliverable) from one that failed.
    const { StatusDetails, StandardErrorContent } = invocation;
    const output = StandardErrorContent?.trim().slice(0, OUTPUT_LENGTH_MAX);
    return { failed: [StatusDetails || status, output].filter(Boolean).join(': ') };
  } catch (error) {
    if (isInvocationUnknown(error)) return 'pending';
    if (isNotReachable(error)) return { failed: describe(error) };
    throw error;
  }
}

function describe(error: Error): string {
  return `${error.name}: ${error.message}`;
}
