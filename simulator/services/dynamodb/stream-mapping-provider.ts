import type { Kernel } from '../../kernel/kernel.ts';
import type { FunctionInvoker, ResourceProvider } from '../../wire/service.ts';
import type { Metrics } from '../cloudwatch/metrics.ts';
import {
  type FunctionFacts,
  invalidParameter,
  isReportingFailures,
  parseFilters,
  toFunctionArn,
} from '../sqs/event-source-mapping-provider.ts';
import type { Queues } from '../sqs/queues.ts';
import {
  flagOf,
  invalidProperties,
  numberOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
} from '../template-properties.ts';
import type { Tables } from './operations.ts';
import type { TableStream } from './stream.ts';
import { type Discarded, ShardReader, type StreamMappingSettings } from './stream-mapping.ts';

const PROPERTIES = [
  'FunctionName',
  'EventSourceArn',
  'StartingPosition',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'FunctionResponseTypes',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'DestinationConfig',
  'FilterCriteria',
  'Enabled',
  'Tags',
];
const READER_ACTIONS = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];

interface StreamMappingDependencies {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly invoker: FunctionInvoker;
  readonly functions: FunctionFacts;
  readonly metrics: Metrics;
}

/** `AWS::Lambda::EventSourceMapping` for DynamoDB streams ("Lambda parameters for Amazon DynamoDB event source mappings"). */
export function createStreamMappingProvider(kernel: Kernel, dependencies: StreamMappingDependencies): ResourceProvider {
  const random = kernel.random.fork('event-source-mappings/streams');
  const { tables, queues, invoker, functions, metrics } = dependencies;
  const { region, accountId } = kernel.place;
  return {
    create(properties) {
      refuseUnknown('AWS::Lambda::EventSourceMapping', properties, PROPERTIES);
      const functionArn = toFunctionArn(requiredTextOf(properties, 'FunctionName'), region, accountId);
      const stream = findStream(tables, requiredTextOf(properties, 'EventSourceArn'));
      const destinationArn = parseDestination(properties);
      checkRole(functions, functionArn, stream, destinationArn);
      const settings = parseSettings(properties, functionArn);
      const from = requiredTextOf(properties, 'StartingPosition');
      if (from !== 'TRIM_HORIZON' && from !== 'LATEST') throw invalidProperties(`Unknown StartingPosition ${from}`);
      if (destinationArn !== undefined) queues.markDeadLetterQueue(destinationArn);
      const metric = {
        namespace: 'AWS/Lambda',
        name: 'IteratorAge',
        dimensions: { FunctionName: functionArn.split(':').at(-1) ?? '' },
      };
      const effects = {
        invoker,
        discard(discarded: Discarded) {
          const body = JSON.stringify(toDocument(kernel, { functionArn, streamArn: stream.arn, discarded }));
          const queue = queues.find(destinationArn ?? '');
          if (queue !== undefined) queues.send(queue, { body, senderId: functionArn });
          kernel.trace.add('world', { subject: functionArn, change: 'stream records discarded', body });
        },
        iteratorAge: (ageMs: number) => metrics.put(metric, ageMs, kernel.clock.now(), 'Milliseconds'),
      };
      const readers = new Map<string, ShardReader>();
      const readerOf = (shardId: string): ShardReader => {
        const label = `event-source-mapping/${functionArn}/${shardId}`;
        const reader = readers.get(shardId) ?? new ShardReader(kernel, kernel.random.fork(label), settings, effects);
        readers.set(shardId, reader);
        return reader;
      };
      if (flagOf(properties, 'Enabled') !== false) {
        stream.subscribe(from, (arrival) => readerOf(arrival.shardId).add(arrival));
      }
      const id = random.uuid();
      const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;
      return { ref: id, attributes: { Id: id, EventSourceMappingArn: arn } };
    },
  };
}

function findStream(tables: Tables, arn: string): TableStream {
  const stream = [...tables.values()].find((table) => table.stream?.arn === arn)?.stream;
  if (stream === undefined) throw invalidParameter(`Stream not found: ${arn}`);
  return stream;
}

function checkRole(
  functions: FunctionFacts,
  functionArn: string,
  stream: TableStream,
  destinationArn: string | undefined,
): void {
  const refuses = (action: string, arn: string) => functions.roleAllows?.(functionArn, action, arn) === false;
  const missing = READER_ACTIONS.filter((action) => refuses(`dynamodb:${action}`, stream.arn));
  if (missing.length > 0) {
    throw invalidParameter(
      `Cannot access stream ${stream.arn}. Please ensure the role can perform the ${READER_ACTIONS.join(', ')} Actions on your stream in IAM.`,
    );
  }
  if (destinationArn !== undefined && refuses('sqs:SendMessage', destinationArn)) {
    throw invalidParameter('The provided execution role does not have permissions to call SendMessage on SQS');
  }
}

function parseDestination(properties: TemplateProperties): string | undefined {
  const config = objectOf(properties, 'DestinationConfig');
  if (config === undefined) return undefined;
  refuseUnknown('DestinationConfig', config, ['OnFailure']);
  const destination = requiredTextOf(objectOf(config, 'OnFailure') ?? {}, 'Destination');
  if (!destination.startsWith('arn:aws:sqs:')) throw invalidProperties('Only queues are supported as destinations');
  return destination;
}

function parseSettings(properties: TemplateProperties, functionArn: string): StreamMappingSettings {
  const limitOf = (name: string, max: number) => {
    const limit = numberOf(properties, name, { min: -1, max });
    return limit === undefined || limit === -1 ? Number.POSITIVE_INFINITY : limit;
  };
  return {
    functionArn,
    batchSize: numberOf(properties, 'BatchSize', { min: 1, max: 10_000 }) ?? 100,
    batchingWindowSeconds: numberOf(properties, 'MaximumBatchingWindowInSeconds', { min: 0, max: 300 }) ?? 0,
    reportBatchItemFailures: isReportingFailures(properties),
    bisectsOnError: flagOf(properties, 'BisectBatchOnFunctionError') === true,
    retryAttemptsMax: limitOf('MaximumRetryAttempts', 10_000),
    recordAgeSecondsMax: limitOf('MaximumRecordAgeInSeconds', 604_800),
    filters: parseFilters(properties),
  };
}

/** The document names the records' place in the stream and not their content, which the stream forgets after a day. */
function toDocument(
  kernel: Kernel,
  of: { readonly functionArn: string; readonly streamArn: string; readonly discarded: Discarded },
): object {
  const { condition, invokeCount, records, result } = of.discarded;
  const instant = (ms: number | undefined) => new Date(ms ?? 0).toISOString();
  const [first] = records;
  const last = records.at(-1);
  return {
    requestContext: {
      requestId: kernel.random.fork(`discarded/${first?.record.eventID}`).uuid(),
      functionArn: of.functionArn,
      condition,
      approximateInvokeCount: invokeCount,
    },
    ...(result !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: result.outcome === 'success' ? null : 'Unhandled',
      },
    }),
    version: '1.0',
    timestamp: instant(kernel.clock.now()),
    DDBStreamBatchInfo: {
      shardId: first?.shardId,
      startSequenceNumber: first?.record.dynamodb.SequenceNumber,
      endSequenceNumber: last?.record.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: instant(first?.atMs),
      approximateArrivalOfLastRecord: instant(last?.atMs),
      batchSize: records.length,
      streamArn: of.streamArn,
    },
  };
}
