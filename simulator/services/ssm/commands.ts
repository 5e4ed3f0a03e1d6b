import type { GetCommandInvocationCommandInput, SendCommandCommandInput } from '@aws-sdk/client-ssm';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { describeCommand, listOperations } from './list-commands.ts';

/** A command as it reaches one instance. */
export interface CommandRequest {
  readonly instanceId: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

/** What an instance does with a command. The fleet decides. */
export type CommandOutcome =
  /** The instance is not managed by Systems Manager: it is unknown, stopped, or its SSM agent never registered. */
  | { readonly kind: 'unmanaged' }
  /** The SSM agent does not answer: the command is never delivered. */
  | { readonly kind: 'undelivered' }
  /** It runs for `durationMs` and ends with an exit code. */
  | { readonly kind: 'ran'; readonly exitCode: number; readonly durationMs: number; readonly output?: string };

export type CommandRunner = (request: CommandRequest) => CommandOutcome;

export type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';

export interface Invocation {
  readonly instanceId: string;
  readonly document: string;
  readonly comment: string;
  readonly startedAtMs: number;
  /** It cannot be read before that. */
  isVisible: boolean;
  status: Status;
  /** `DeliveryTimedOut` where the command never arrived; otherwise the status, in words. */
  statusDetails: string;
  exitCode: number;
  endedAtMs?: number;
  output: string;
}

/** A command, and what became of it on each instance. */
export interface SentCommand {
  readonly id: string;
  readonly input: SendCommandCommandInput;
  readonly sentAtMs: number;
  readonly invocations: Invocation[];
}

const DELIVERY_TIMEOUT_SECONDS = 3_600;
/** Until an invocation can be read: the usual reason for InvocationDoesNotExist right after SendCommand. */
export const VISIBLE_AFTER = { medianMs: 300, p99Ms: 1_500 };
export const DELIVERY = { medianMs: 500, p99Ms: 3_000 };
const DOCUMENTS = ['AWS-RunShellScript'];

/** Run Command, for the document AWS-RunShellScript. */
export function commandOperations(kernel: Kernel, runCommand: CommandRunner): Record<string, Operation> {
  const random = kernel.random.fork('ssm');
  const commands: SentCommand[] = [];
  const { region, accountId } = kernel.place;

  function start(command: SentCommand, instanceId: string, outcome: CommandOutcome): void {
    const { input } = command;
    const invocation: Invocation = {
      instanceId,
      document: input.DocumentName ?? '',
      comment: input.Comment ?? '',
      startedAtMs: kernel.clock.now(),
      isVisible: false,
      status: 'Pending',
      statusDetails: 'Pending',
      exitCode: -1,
      output: '',
    };
    const visibleAfterMs = random.latencyMs(VISIBLE_AFTER.medianMs, VISIBLE_AFTER.p99Ms);
    command.invocations.push(invocation);
    kernel.clock.after(visibleAfterMs, () => {
      invocation.isVisible = true;
    });
    if (outcome.kind !== 'ran') {
      const timeoutSeconds = input.TimeoutSeconds ?? DELIVERY_TIMEOUT_SECONDS;
      kernel.clock.after(timeoutSeconds * 1000, () => end(invocation, 'TimedOut', 'DeliveryTimedOut', -1));
      return;
    }
    kernel.clock.after(random.latencyMs(DELIVERY.medianMs, DELIVERY.p99Ms), () => {
      invocation.status = 'InProgress';
      invocation.statusDetails = 'InProgress';
      kernel.clock.after(outcome.durationMs, () => {
        const status = outcome.exitCode === 0 ? 'Success' : 'Failed';
        invocation.output = outcome.output ?? '';
        end(invocation, status, status, outcome.exitCode);
      });
    });
  }

  function end(invocation: Invocation, status: Status, statusDetails: string, exitCode: number): void {
    Object.assign(invocation, { status, statusDetails, exitCode, endedAtMs: kernel.clock.now() });
  }

  const operations: Record<string, Operation> = {
    SendCommand: {
      authorize: ({ DocumentName = '', InstanceIds = [] }: SendCommandCommandInput) => ({
        resources: [
          // Documents of AWS belong to no account.
          `arn:aws:ssm:${region}:${DocumentName.startsWith('AWS-') ? '' : accountId}:document/${DocumentName}`,
          ...InstanceIds.map((id) =>
            id.startsWith('mi-')
              ? `arn:aws:ssm:${region}:${accountId}:managed-instance/${id}`
              : `arn:aws:ec2:${region}:${accountId}:instance/${id}`,
          ),
        ],
      }),
      run(input: SendCommandCommandInput) {
        const { DocumentName: document = '', InstanceIds: instanceIds = [], Parameters: parameters = {} } = input;
        if (!DOCUMENTS.includes(document))
          throw new AwsError('InvalidDocument', `The document ${document} does not exist.`);
        if (!parameters.commands?.length)
          throw new AwsError('InvalidParameters', 'The parameter commands is required.');
        // Targets, the other way to choose instances, are not modelled.
        if (instanceIds.length === 0) throw new AwsError('InvalidInstanceId', 'At least one instance id is needed.');
        const outcomes = instanceIds.map((id) => [id, runCommand({ instanceId: id, document, parameters })] as const);
        const unmanaged = outcomes.filter(([, outcome]) => outcome.kind === 'unmanaged').map(([id]) => id);
        if (unmanaged.length > 0) {
          throw new AwsError(
            'InvalidInstanceId',
            `Instances [[${unmanaged.join(', ')}]] not in a valid state for account ${accountId}`,
          );
        }
        const command: SentCommand = { id: random.uuid(), input, sentAtMs: kernel.clock.now(), invocations: [] };
        commands.push(command);
        for (const [id, outcome] of outcomes) start(command, id, outcome);
        return { Command: describeCommand(command) };
      },
    },
    GetCommandInvocation: {
      authorize: () => ({ resources: ['*'] }),
      run({ CommandId, InstanceId }: GetCommandInvocationCommandInput) {
        const invocation = commands
          .find(({ id }) => id === CommandId)
          ?.invocations.find(({ instanceId }) => instanceId === InstanceId);
        if (!invocation?.isVisible) throw new AwsError('InvocationDoesNotExist', '');
        return {
          CommandId,
          InstanceId,
          Comment: invocation.comment,
          DocumentName: invocation.document,
          PluginName: 'aws:runShellScript',
          ResponseCode: invocation.exitCode,
          ExecutionStartDateTime: new Date(invocation.startedAtMs).toISOString(),
          ExecutionEndDateTime: invocation.endedAtMs === undefined ? '' : new Date(invocation.endedAtMs).toISOString(),
          Status: invocation.status,
          StatusDetails: invocation.statusDetails,
          StandardOutputContent: invocation.output,
          StandardErrorContent: '',
        };
      },
    },
  };
  return { ...operations, ...listOperations(commands) };
}
