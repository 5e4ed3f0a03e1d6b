import type { GetCommandInvocationCommandInput, SendCommandCommandInput } from '@aws-sdk/client-ssm';
import * as ssm from '@aws-sdk/client-ssm';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation, SimulatedService } from '../../wire/service.ts';

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

type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';

interface Invocation {
  readonly instanceId: string;
  readonly document: string;
  readonly comment: string;
  readonly startedAtMs: number;
  status: Status;
  /** `DeliveryTimedOut` where the command never arrived; otherwise the status, in words. */
  statusDetails: string;
  exitCode: number;
  endedAtMs?: number;
  output: string;
}

const DELIVERY_TIMEOUT_SECONDS = 3_600;
/** Until an invocation can be read: the usual reason for InvocationDoesNotExist right after SendCommand. */
export const VISIBLE_AFTER = { medianMs: 300, p99Ms: 1_500 };
export const DELIVERY = { medianMs: 500, p99Ms: 3_000 };
const DOCUMENTS = ['AWS-RunShellScript'];

/** Systems Manager Run Command (JSON 1.1), for the document AWS-RunShellScript. */
export function createSsmService(kernel: Kernel, runCommand: CommandRunner): SimulatedService {
  const random = kernel.random.fork('ssm');
  const invocations = new Map<string, Invocation>();
  const { region, accountId } = kernel.place;
  const keyOf = (commandId = '', instanceId = '') => `${commandId}/${instanceId}`;

  function start(commandId: string, input: SendCommandCommandInput, instanceId: string, outcome: CommandOutcome): void {
    const invocation: Invocation = {
      instanceId,
      document: input.DocumentName ?? '',
      comment: input.Comment ?? '',
      startedAtMs: kernel.clock.now(),
      status: 'Pending',
      statusDetails: 'Pending',
      exitCode: -1,
      output: '',
    };
    const visibleAfterMs = random.latencyMs(VISIBLE_AFTER.medianMs, VISIBLE_AFTER.p99Ms);
    kernel.clock.after(visibleAfterMs, () => invocations.set(keyOf(commandId, instanceId), invocation));
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
        const CommandId = random.uuid();
        for (const [id, outcome] of outcomes) start(CommandId, input, id, outcome);
        const RequestedDateTime = new Date(kernel.clock.now());
        return {
          Command: {
            CommandId,
            DocumentName: document,
            Parameters: parameters,
            InstanceIds: instanceIds,
            RequestedDateTime,
            Status: 'Pending',
            StatusDetails: 'Pending',
            TargetCount: instanceIds.length,
          },
        };
      },
    },
    GetCommandInvocation: {
      authorize: () => ({ resources: ['*'] }),
      run({ CommandId, InstanceId }: GetCommandInvocationCommandInput) {
        const invocation = invocations.get(keyOf(CommandId, InstanceId));
        if (invocation === undefined) throw new AwsError('InvocationDoesNotExist', '');
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
  return { name: 'ssm', protocol: 'awsJson1_1', schemas: { ...ssm }, operations };
}
