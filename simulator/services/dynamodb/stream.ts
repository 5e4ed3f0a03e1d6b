import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { keyOf, type TableSchema } from './schema.ts';
import { canonicalText, type Item, sizeOfItem, type Value } from './value.ts';

export const STREAM_VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type StreamView = (typeof STREAM_VIEWS)[number];

/** "Change data capture for DynamoDB Streams": records are kept for 24 hours. */
export const RETENTION_MS = 24 * 3_600_000;
/** A table on demand starts with what four partitions serve ("On-demand capacity mode"), each with a shard of its own. */
const SHARDS = 4;

/** A change of one item, as GetRecords and Lambda hand it out (DynamoDB Streams API reference, Record). */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamView;
  };
  /** On what time to live deleted, and on nothing else. */
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
}

/** A record, and when it came into its shard. */
export interface Arrival {
  readonly shardId: string;
  readonly record: StreamRecord;
  readonly atMs: number;
}

/**
 * What happened to a table's items: each change exactly once, those of one item in their order, because an item's
 * records are all in one shard. A write that changes nothing leaves no record.
 */
export class TableStream {
  readonly arn: string;
  readonly view: StreamView;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #schema: TableSchema;
  readonly #shardIds: readonly string[];
  readonly #listeners: ((arrival: Arrival) => void)[] = [];
  #retained: Arrival[] = [];
  #written = 0;

  constructor(kernel: Kernel, tableArn: string, schema: TableSchema, view: StreamView) {
    const label = new Date(kernel.clock.now()).toISOString().replace('Z', '');
    this.arn = `${tableArn}/stream/${label}`;
    this.#kernel = kernel;
    this.#random = kernel.random.fork(`dynamodb/${schema.tableName}/stream`);
    this.#schema = schema;
    this.view = view;
    const millis = String(kernel.clock.now()).padStart(20, '0');
    this.#shardIds = Array.from({ length: SHARDS }, () => `shardId-${millis}-${this.#random.hex(8)}`);
  }

  /** @param from `TRIM_HORIZON`: with everything that is still kept, the oldest first */
  subscribe(from: 'TRIM_HORIZON' | 'LATEST', listener: (arrival: Arrival) => void): void {
    this.#trim();
    if (from === 'TRIM_HORIZON') for (const arrival of this.#retained) listener(arrival);
    this.#listeners.push(listener);
  }

  /** @param by who changed it: a caller of the API, or time to live */
  append(previous: Item | undefined, next: Item | undefined, by: 'caller' | 'time-to-live'): void {
    const item = next ?? previous;
    if (item === undefined) return;
    if (previous && next && canonicalText({ M: previous }) === canonicalText({ M: next })) return;
    const key = keyOf(this.#schema, item);
    const arrival = { shardId: this.#shardOf(key), record: this.#record(key, previous, next, by), atMs: this.#now() };
    this.#retained.push(arrival);
    this.#trim();
    for (const listener of this.#listeners) listener(arrival);
  }

  #record(key: Item, previous: Item | undefined, next: Item | undefined, by: 'caller' | 'time-to-live'): StreamRecord {
    const showsNew = this.view === 'NEW_IMAGE' || this.view === 'NEW_AND_OLD_IMAGES';
    const showsOld = this.view === 'OLD_IMAGE' || this.view === 'NEW_AND_OLD_IMAGES';
    const images = [key, ...(showsNew && next ? [next] : []), ...(showsOld && previous ? [previous] : [])];
    return {
      eventID: this.#random.hex(32),
      eventName: previous === undefined ? 'INSERT' : next === undefined ? 'REMOVE' : 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      eventSourceARN: this.arn,
      awsRegion: this.#kernel.place.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(this.#now() / 1_000),
        Keys: toJson(key),
        ...(showsNew && next && { NewImage: toJson(next) }),
        ...(showsOld && previous && { OldImage: toJson(previous) }),
        SequenceNumber: `1${String(this.#written++).padStart(20, '0')}`,
        SizeBytes: images.reduce((bytes, image) => bytes + sizeOfItem(image), 0),
        StreamViewType: this.view,
      },
      ...(by === 'time-to-live' && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
    };
  }

  #shardOf(key: Item): string {
    const sum = [...canonicalText({ M: key })].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) >>> 0, 7);
    return this.#shardIds[sum % SHARDS] ?? '';
  }

  #trim(): void {
    const oldestMs = this.#now() - RETENTION_MS;
    if ((this.#retained[0]?.atMs ?? oldestMs) >= oldestMs) return;
    this.#retained = this.#retained.filter(({ atMs }) => atMs >= oldestMs);
  }

  #now(): number {
    return this.#kernel.clock.now();
  }
}

/** An item in JSON, where bytes are Base64. */
function toJson(item: Item): unknown {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueToJson(value)]));
}

function valueToJson(value: Value): unknown {
  if (value.B) return { B: Buffer.from(value.B).toString('base64') };
  if (value.BS) return { BS: value.BS.map((bytes) => Buffer.from(bytes).toString('base64')) };
  if (value.L) return { L: value.L.map(valueToJson) };
  if (value.M) return { M: toJson(value.M) };
  return value;
}
