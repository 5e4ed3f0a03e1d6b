import type {
  Command,
  CommandInvocation,
  ListCommandInvocationsCommandInput,
  ListCommandsCommandInput,
} from '@aws-sdk/client-ssm';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import type { Invocation, SentCommand, Status } from './commands.ts';
import { pageAt } from './pages.ts';

const PAGE_MAX = 50;
const PLUGIN = 'aws:runShellScript';

/** Both lists have the newest first. */
export function listOperations(commands: readonly SentCommand[]): Record<string, Operation> {
  const authorize = () => ({ resources: ['*'] });
  return {
    ListCommands: {
      authorize,
      run(input: ListCommandsCommandInput) {
        const found = chosen(commands, input).filter(
          ({ invocations }) =>
            input.InstanceId === undefined || invocations.some(({ instanceId }) => instanceId === input.InstanceId),
        );
        const { items, token } = pageAt(found, { token: input.NextToken, size: input.MaxResults ?? PAGE_MAX });
        return { Commands: items.map(describeCommand), ...token };
      },
    },
    ListCommandInvocations: {
      authorize,
      run(input: ListCommandInvocationsCommandInput) {
        const found = chosen(commands, input).flatMap((command) =>
          command.invocations
            .filter(({ isVisible }) => isVisible)
            .filter(({ instanceId }) => input.InstanceId === undefined || instanceId === input.InstanceId)
            .map((invocation) => describeInvocation(command, invocation, input.Details === true)),
        );
        const { items, token } = pageAt(found, { token: input.NextToken, size: input.MaxResults ?? PAGE_MAX });
        return { CommandInvocations: items, ...token };
      },
    },
  };
}

function chosen(
  commands: readonly SentCommand[],
  { CommandId, Filters }: { readonly CommandId?: string | undefined; readonly Filters?: readonly object[] | undefined },
): readonly SentCommand[] {
  if (Filters !== undefined && Filters.length > 0) {
    throw new AwsError('InvalidFilterKey', 'The simulator does not model Filters; CommandId and InstanceId it does');
  }
  if (CommandId === undefined) return commands.toReversed();
  const found = commands.filter(({ id }) => id === CommandId);
  if (found.length === 0) throw new AwsError('InvalidCommandId', '');
  return found;
}

/** "Understanding command statuses": a command is what the worst of its invocations is, once all have ended. */
function statusOf(invocations: readonly Invocation[]): { readonly status: Status; readonly details: string } {
  const gravity: readonly Status[] = ['Pending', 'InProgress', 'TimedOut', 'Failed', 'Success'];
  const isStarted = invocations.some(({ status }) => status !== 'Pending');
  const status = gravity.find((one) => invocations.some((invocation) => invocation.status === one)) ?? 'Pending';
  if (status === 'Pending' && isStarted) return { status: 'InProgress', details: 'InProgress' };
  const details = invocations.find((invocation) => invocation.status === status)?.statusDetails ?? status;
  return { status, details };
}

export function describeCommand({ id, input, sentAtMs, invocations }: SentCommand): Command {
  const { status, details } = statusOf(invocations);
  const count = (test: (invocation: Invocation) => boolean) => invocations.filter(test).length;
  return {
    CommandId: id,
    DocumentName: input.DocumentName ?? '',
    Comment: input.Comment ?? '',
    Parameters: input.Parameters ?? {},
    InstanceIds: input.InstanceIds ?? [],
    RequestedDateTime: new Date(sentAtMs),
    Status: status,
    StatusDetails: details,
    TargetCount: invocations.length,
    CompletedCount: count(({ endedAtMs }) => endedAtMs !== undefined),
    ErrorCount: count(({ status: one }) => one === 'Failed' || one === 'TimedOut'),
    DeliveryTimedOutCount: count(({ statusDetails }) => statusDetails === 'DeliveryTimedOut'),
  };
}

function describeInvocation(
  { id, sentAtMs }: SentCommand,
  invocation: Invocation,
  hasPlugins: boolean,
): CommandInvocation {
  const { status: Status, statusDetails: StatusDetails, startedAtMs, endedAtMs } = invocation;
  return {
    CommandId: id,
    InstanceId: invocation.instanceId,
    Comment: invocation.comment,
    DocumentName: invocation.document,
    RequestedDateTime: new Date(sentAtMs),
    Status,
    StatusDetails,
    CommandPlugins: hasPlugins
      ? [
          {
            Name: PLUGIN,
            Status,
            StatusDetails,
            ResponseCode: invocation.exitCode,
            ResponseStartDateTime: new Date(startedAtMs),
            ...(endedAtMs !== undefined && { ResponseFinishDateTime: new Date(endedAtMs) }),
            Output: invocation.output,
          },
        ]
      : [],
  };
}
