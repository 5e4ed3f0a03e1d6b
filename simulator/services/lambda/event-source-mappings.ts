import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import { flagOf, numberOf, objectOf, type TemplateProperties, textListOf, textOf } from '../template-properties.ts';

/** What reads a queue or a stream for a function, as the API shows it. */
export interface EventSourceMappingRecord {
  readonly uuid: string;
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly properties: TemplateProperties;
  readonly createdAtMs: number;
}

export interface EventSourceMappings {
  all(): readonly EventSourceMappingRecord[];
  /** The provider, and a record of each mapping that it creates. */
  recording(provider: ResourceProvider): ResourceProvider;
}

export function createEventSourceMappings({ clock, place }: Kernel): EventSourceMappings {
  const records: EventSourceMappingRecord[] = [];
  return {
    all: () => records,
    recording: (provider) => ({
      create(properties, resource) {
        const created = provider.create(properties, resource);
        const name = textOf(properties, 'FunctionName') ?? '';
        records.push({
          uuid: created.ref,
          functionArn: name.startsWith('arn:')
            ? name
            : `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`,
          eventSourceArn: textOf(properties, 'EventSourceArn') ?? '',
          properties,
          createdAtMs: clock.now(),
        });
        return created;
      },
    }),
  };
}

/** With the defaults of CreateEventSourceMapping, where the template says nothing. */
export function toConfiguration(mapping: EventSourceMappingRecord): EventSourceMappingConfiguration {
  const { uuid, functionArn, eventSourceArn, properties, createdAtMs } = mapping;
  const isQueue = eventSourceArn.startsWith('arn:aws:sqs:');
  const limits = { min: -1, max: Number.MAX_SAFE_INTEGER };
  const scaling = objectOf(properties, 'ScalingConfig');
  const concurrency = scaling && numberOf(scaling, 'MaximumConcurrency', limits);
  return {
    UUID: uuid,
    FunctionArn: functionArn,
    EventSourceArn: eventSourceArn,
    BatchSize: numberOf(properties, 'BatchSize', limits) ?? (isQueue ? 10 : 100),
    MaximumBatchingWindowInSeconds: numberOf(properties, 'MaximumBatchingWindowInSeconds', limits) ?? 0,
    FunctionResponseTypes: textListOf(properties, 'FunctionResponseTypes').map(() => 'ReportBatchItemFailures'),
    ...(concurrency !== undefined && { ScalingConfig: { MaximumConcurrency: concurrency } }),
    State: flagOf(properties, 'Enabled') === false ? 'Disabled' : 'Enabled',
    StateTransitionReason: 'USER_INITIATED',
    LastModified: new Date(createdAtMs),
  };
}
