import type {
  PutEventsCommandInput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
  TestEventPatternCommandInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { isObject, parseJson } from '../template-properties.ts';
import type { BusScope } from './bus-scope.ts';
import { compilePattern } from './pattern.ts';

/** "PutEvents" API reference and "Calculating PutEvents event entry size". */
const ENTRIES_MAX = 10;
const REQUEST_BYTES_MAX = 256 * 1024;
const TIME_BYTES = 14;

export function eventOperations(scope: BusScope): Record<string, Operation> {
  return {
    PutEvents: {
      authorize: ({ Entries }: PutEventsCommandInput) => ({
        resources: [scope.busArn],
        conditions: {
          'events:source': (Entries ?? []).map((entry) => entry.Source ?? ''),
          'events:detail-type': (Entries ?? []).map((entry) => entry.DetailType ?? ''),
        },
      }),
      run(input: PutEventsCommandInput) {
        const entries = input.Entries ?? [];
        checkEntries(entries);
        const results = entries.map((entry) => putEntry(scope, entry));
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
  };
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
function putEntry({ bus, busArn }: BusScope, entry: PutEventsRequestEntry): PutEventsResultEntry {
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
