import type {
  DescribeRuleCommandInput,
  ListRulesCommandInput,
  PutEventsCommandInput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
  TestEventPatternCommandInput,
} from '@aws-sdk/client-eventbridge';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation, SimulatedService } from '../../wire/service.ts';
import { isObject, parseJson } from '../template-properties.ts';
import type { EventBus } from './bus.ts';
import { compilePattern } from './pattern.ts';
import type { Rule } from './rules.ts';

/** "PutEvents" API reference and "Calculating PutEvents event entry size". */
const ENTRIES_MAX = 10;
const REQUEST_BYTES_MAX = 256 * 1024;
const TIME_BYTES = 14;

/** The EventBridge API (JSON 1.1), for the default bus. */
export function createEventBridgeService(kernel: Kernel, bus: EventBus): SimulatedService {
  const { region, accountId } = kernel.place;
  const busArn = `arn:aws:events:${region}:${accountId}:event-bus/default`;
  const ruleArn = (name: string | undefined) => `arn:aws:events:${region}:${accountId}:rule/${name ?? ''}`;

  const operations: Record<string, Operation> = {
    PutEvents: {
      authorize: ({ Entries }: PutEventsCommandInput) => ({
        resources: [busArn],
        conditions: {
          'events:source': (Entries ?? []).map((entry) => entry.Source ?? ''),
          'events:detail-type': (Entries ?? []).map((entry) => entry.DetailType ?? ''),
        },
      }),
      run(input: PutEventsCommandInput) {
        const entries = input.Entries ?? [];
        checkEntries(entries);
        const results = entries.map((entry) => putEntry(bus, entry, busArn));
        return { FailedEntryCount: results.filter((result) => result.ErrorCode).length, Entries: results };
      },
    },
    TestEventPattern: {
      authorize: () => ({ resources: ['*'] }),
      run(input: TestEventPatternCommandInput) {
        const matches = compilePattern(input.EventPattern ?? '');
        const event = parseJson(input.Event ?? '');
        const required = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];
        if (!isObject(event) || required.some((name) => !(name in event))) {
          throw new AwsError('ValidationException', 'Parameter Event is not valid.');
        }
        return { Result: matches(event) };
      },
    },
    DescribeRule: {
      authorize: (input: DescribeRuleCommandInput) => ({ resources: [ruleArn(input.Name)] }),
      run: (input: DescribeRuleCommandInput) => describeRule(bus.rule(input.Name ?? '')),
    },
    ListRules: {
      authorize: () => ({ resources: [ruleArn('*')] }),
      run: ({ NamePrefix = '' }: ListRulesCommandInput) => ({
        Rules: bus
          .rules()
          .filter((rule) => rule.name.startsWith(NamePrefix))
          .map(describeRule),
      }),
    },
  };
  return { name: 'events', protocol: 'awsJson1_1', schemas: { ...eventBridge }, operations };
}

function checkEntries(entries: readonly PutEventsRequestEntry[]): void {
  if (entries.length < 1 || entries.length > ENTRIES_MAX) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${ENTRIES_MAX}`}`,
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > REQUEST_BYTES_MAX) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.', {
      status: 413,
    });
  }
}

function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time === undefined ? 0 : TIME_BYTES);
}

/** An entry fails alone, within an answer of 200. */
function putEntry(bus: EventBus, entry: PutEventsRequestEntry, busArn: string): PutEventsResultEntry {
  const { Source = '', DetailType = '', Detail = '', EventBusName = 'default' } = entry;
  const refuse = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === '')
      return refuse('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  if (EventBusName !== 'default' && EventBusName !== busArn) {
    return refuse('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`);
  }
  if (Source.startsWith('aws.')) {
    return refuse('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const detail = parseJson(Detail);
  if (!isObject(detail)) return refuse('MalformedDetail', 'Detail is malformed.');
  const event = { source: Source, 'detail-type': DetailType, resources: entry.Resources ?? [], detail };
  return { EventId: bus.put(event, entry.Time?.getTime()) };
}

function describeRule(rule: Rule): Record<string, unknown> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    EventBusName: 'default',
    ...(rule.eventPattern !== undefined && { EventPattern: rule.eventPattern }),
    ...(rule.scheduleExpression !== undefined && { ScheduleExpression: rule.scheduleExpression }),
  };
}
