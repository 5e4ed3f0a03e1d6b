import type { Timer } from '../../kernel/clock.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { keyOf, type TableSchema } from './schema.ts';
import { SortedItems } from './sorted-items.ts';
import { type StreamView, TableStream } from './stream.ts';
import { canonicalText, type Item } from './value.ts';

/** How far eventually consistent copies lag behind, in milliseconds; zero for copies that never lag. */
export interface Replication {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** "DynamoDB read consistency": copies agree "usually within one second". */
export const USUAL_REPLICATION: Replication = { medianMs: 20, p99Ms: 500 };
export const IMMEDIATE_REPLICATION: Replication = { medianMs: 0, p99Ms: 0 };

/** An item lives on three nodes, and an eventually consistent read asks one of two; here one of them is behind. */
const FOLLOWER_READ_CHANCE = 0.5;
/** "Using time to live": expired items are deleted within a few days; two is the longest that AWS used to name. */
const TTL_LAG_MS_MAX = 48 * 3_600_000;
/** An item that expired more than five years ago is not deleted: its attribute is taken for something else. */
const TTL_AGE_MS_MAX = 5 * 365 * 86_400_000;

export interface TableSettings {
  readonly schema: TableSchema;
  readonly replication: Replication;
  readonly streamView?: StreamView | undefined;
  readonly timeToLiveAttribute?: string | undefined;
  readonly isProtected?: boolean;
}

/**
 * A table: the leader's items, which writes and consistent reads see, and copies that follow a moment later: one for
 * eventually consistent reads and one for each global secondary index, which knows no other reads.
 */
export class Table {
  readonly arn: string;
  readonly schema: TableSchema;
  readonly createdAtMs: number;
  /** Items are read and written only while it is ACTIVE. */
  status: 'CREATING' | 'ACTIVE' | 'DELETING' = 'ACTIVE';
  /** Against deletion. */
  readonly isProtected: boolean;
  /** Undefined for a table without one. */
  readonly stream: TableStream | undefined;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #replication: Replication;
  readonly #leader: SortedItems;
  readonly #follower: SortedItems;
  readonly #indexes: ReadonlyMap<string, SortedItems>;
  readonly #expiries = new Map<string, Timer>();
  #timeToLiveAttribute: string | undefined;
  #replicatedUntilMs = 0;

  constructor(kernel: Kernel, settings: TableSettings) {
    const { schema, replication, streamView } = settings;
    const { region, accountId } = kernel.place;
    this.arn = `arn:aws:dynamodb:${region}:${accountId}:table/${schema.tableName}`;
    this.schema = schema;
    this.createdAtMs = kernel.clock.now();
    this.isProtected = settings.isProtected ?? false;
    this.#timeToLiveAttribute = settings.timeToLiveAttribute;
    this.stream = streamView && new TableStream(kernel, this.arn, schema, streamView);
    this.#kernel = kernel;
    this.#random = kernel.random.fork(`dynamodb/${schema.tableName}`);
    this.#replication = replication;
    this.#leader = new SortedItems(schema, schema);
    this.#follower = new SortedItems(schema, schema);
    this.#indexes = new Map(schema.indexes.map((index) => [index.name, new SortedItems(index, schema)]));
  }

  get timeToLiveAttribute(): string | undefined {
    return this.#timeToLiveAttribute;
  }

  /** @param attribute undefined: items do not expire any more */
  changeTimeToLive(attribute: string | undefined): void {
    this.#timeToLiveAttribute = attribute;
    for (const item of this.#leader.all()) this.#scheduleExpiry(keyOf(this.schema, item), item);
  }

  /** The table is gone: nothing expires there any more. */
  close(): void {
    for (const timer of this.#expiries.values()) timer.cancel();
    this.#expiries.clear();
  }

  get(key: Item, isConsistent: boolean): Item | undefined {
    return this.items(isConsistent).find(key);
  }

  /** The table's items as one read sees them. */
  items(isConsistent: boolean): SortedItems {
    if (isConsistent || this.#replication.medianMs === 0) return this.#leader;
    return this.#random.chance(FOLLOWER_READ_CHANCE) ? this.#follower : this.#leader;
  }

  indexItems(indexName: string): SortedItems | undefined {
    return this.#indexes.get(indexName);
  }

  /** Stores an item in the place of the one with its key; both are taken to be valid. */
  put(item: Item): void {
    const key = keyOf(this.schema, item);
    this.#replace(this.#leader.find(key), item);
    this.#scheduleExpiry(key, item);
  }

  delete(key: Item): void {
    this.#expiries.get(canonicalText({ M: key }))?.cancel();
    this.#replace(this.#leader.find(key), undefined);
  }

  #replace(
    previous: Item | undefined,
    next: Item | undefined,
    by: Parameters<TableStream['append']>[2] = 'caller',
  ): void {
    this.#leader.replace(previous, next);
    this.stream?.append(previous, next, by);
    const follow = () => {
      for (const copy of [this.#follower, ...this.#indexes.values()]) copy.replace(previous, next);
    };
    if (this.#replication.medianMs === 0) {
      follow();
      return;
    }
    // Copies apply writes in their order: a later write is never seen before an earlier one.
    const { medianMs, p99Ms } = this.#replication;
    const atMs = this.#kernel.clock.now() + this.#random.latencyMs(medianMs, p99Ms);
    this.#replicatedUntilMs = Math.max(this.#replicatedUntilMs, atMs);
    this.#kernel.clock.at(this.#replicatedUntilMs, follow);
  }

  #scheduleExpiry(key: Item, item: Item): void {
    const name = canonicalText({ M: key });
    this.#expiries.get(name)?.cancel();
    this.#expiries.delete(name);
    const attribute = this.#timeToLiveAttribute;
    const expiresAtMs = attribute === undefined ? Number.NaN : Number(item[attribute]?.N ?? Number.NaN) * 1000;
    const now = this.#kernel.clock.now();
    if (!(expiresAtMs > now - TTL_AGE_MS_MAX)) return;
    const atMs = Math.max(now, expiresAtMs) + this.#random.integer(0, TTL_LAG_MS_MAX);
    const timer = this.#kernel.clock.at(atMs, () => {
      this.#expiries.delete(name);
      this.#replace(item, undefined, 'time-to-live');
      this.#kernel.trace.add('world', { subject: this.arn, change: 'item expired', key });
    });
    this.#expiries.set(name, timer);
  }
}
