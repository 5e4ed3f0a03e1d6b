import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import type { FunctionInvoker, InvocationResult } from '../../wire/service.ts';
import type { EventPredicate } from '../event-bridge/pattern.ts';
import { failedMessageIds } from '../sqs/batch-response.ts';
import { type Arrival, RETENTION_MS } from './stream.ts';

export interface StreamMappingSettings {
  readonly functionArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly bisectsOnError: boolean;
  /** Infinite when the mapping sets none. */
  readonly retryAttemptsMax: number;
  readonly recordAgeSecondsMax: number;
  /** A record that none of these matches is passed over. */
  readonly filters: readonly EventPredicate[];
}

/** Records given up, with what is known of them ("Retain discarded records for a DynamoDB event source in Lambda"). */
export interface Discarded {
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invokeCount: number;
  readonly records: readonly Arrival[];
  readonly result: InvocationResult | undefined;
}

export interface StreamMappingEffects {
  readonly invoker: FunctionInvoker;
  discard(discarded: Discarded): void;
  /** The metric IteratorAge: how old the last record of a batch is when the function gets it. */
  iteratorAge(ageMs: number): void;
}

/** Lambda Developer Guide, "Using Lambda with DynamoDB": "Lambda polls shards ... four times per second". */
const POLL_INTERVAL_MS = 250;
/** The pause before a batch is tried again grows; how far is not published. */
const RETRY_PAUSE_MS = { first: 1_000, max: 60_000 } as const;

interface Batch {
  readonly records: readonly Arrival[];
  /** Invocations that failed, but for those whose batch was split: splitting does not count as a retry. */
  readonly attempts: number;
}

/**
 * Reads one shard for a function: one batch at a time, in order, each until it succeeds or is given up. So a record
 * that fails holds up all that come after it in its shard, and nothing else.
 */
export class ShardReader {
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #settings: StreamMappingSettings;
  readonly #effects: StreamMappingEffects;
  #waiting: Arrival[] = [];
  #isBusy = false;
  #closesAtMs: number | undefined;

  constructor(kernel: Kernel, random: Random, settings: StreamMappingSettings, effects: StreamMappingEffects) {
    this.#kernel = kernel;
    this.#random = random;
    this.#settings = settings;
    this.#effects = effects;
  }

  add(arrival: Arrival): void {
    const { filters } = this.#settings;
    if (filters.length > 0 && !filters.some((matches) => matches(arrival.record))) return;
    this.#waiting.push(arrival);
    this.#gather();
  }

  /** A batch is handed over when it is full, or when its window is over. */
  #gather(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    const { clock } = this.#kernel;
    const isFull = this.#waiting.length >= this.#settings.batchSize;
    const polledAtMs = clock.now() + this.#random.integer(0, POLL_INTERVAL_MS);
    const closesAtMs = polledAtMs + (isFull ? 0 : this.#settings.batchingWindowSeconds * 1_000);
    if (this.#closesAtMs !== undefined && this.#closesAtMs <= closesAtMs) return;
    this.#closesAtMs = closesAtMs;
    clock.at(closesAtMs, () => {
      if (this.#closesAtMs !== closesAtMs) return;
      this.#closesAtMs = undefined;
      const records = this.#waiting.slice(0, this.#settings.batchSize);
      this.#waiting = this.#waiting.slice(records.length);
      void this.#process(records);
    });
  }

  async #process(records: readonly Arrival[]): Promise<void> {
    this.#isBusy = true;
    let batches: readonly Batch[] = [{ records, attempts: 0 }];
    let failures = 0;
    for (;;) {
      const [batch, ...others] = this.#withoutExpired(batches);
      if (batch === undefined) break;
      const result = await this.#invoke(batch);
      const again = this.#remaining(batch, result);
      batches = [...again, ...others];
      failures = again.length === 0 ? 0 : failures + 1;
      if (failures > 0) await this.#kernel.clock.sleep(pauseMs(failures));
    }
    this.#isBusy = false;
    this.#gather();
  }

  async #invoke({ records }: Batch): Promise<InvocationResult> {
    this.#effects.iteratorAge(this.#kernel.clock.now() - (records.at(-1)?.atMs ?? 0));
    const Records = records.map(({ record }) => record);
    return this.#effects.invoker.invoke(this.#settings.functionArn, { Records });
  }

  /** What is left to do of a batch after an invocation ("Configuring partial batch response with DynamoDB"). */
  #remaining(batch: Batch, result: InvocationResult): Batch[] {
    // The function was not called: that counts as no attempt.
    if (result.outcome === 'throttled') return [batch];
    const failed = this.#firstFailed(batch, result);
    if (failed === undefined) return [];
    const { records, attempts } = batch;
    const rest = records.slice(failed);
    if (this.#settings.bisectsOnError && records.length > 1) {
      if (failed > 0) return [{ records: rest, attempts }];
      const middle = Math.ceil(rest.length / 2);
      return [
        { records: rest.slice(0, middle), attempts },
        { records: rest.slice(middle), attempts },
      ];
    }
    if (attempts < this.#settings.retryAttemptsMax) return [{ records: rest, attempts: attempts + 1 }];
    const invokeCount = attempts + 1;
    this.#effects.discard({ condition: 'RetryAttemptsExhausted', invokeCount, records: rest, result });
    return [];
  }

  /** The lowest of the sequence numbers that the function names is where Lambda goes on from. */
  #firstFailed({ records }: Batch, result: InvocationResult): number | undefined {
    if (result.outcome !== 'success') return 0;
    if (!this.#settings.reportBatchItemFailures) return undefined;
    const numbers = records.map(({ record }) => record.dynamodb.SequenceNumber);
    const failed = failedMessageIds(result.payload, numbers);
    const first = numbers.findIndex((number) => failed.has(number));
    return first < 0 ? undefined : first;
  }

  #withoutExpired(batches: readonly Batch[]): readonly Batch[] {
    const now = this.#kernel.clock.now();
    const ageMsMax = Math.min(this.#settings.recordAgeSecondsMax * 1_000, RETENTION_MS);
    return batches.flatMap(({ records, attempts }) => {
      const young = records.filter(({ atMs }) => now - atMs <= ageMsMax);
      const old = records.filter(({ atMs }) => now - atMs > ageMsMax);
      // What the stream itself has forgotten is gone without a trace.
      const told = old.filter(({ atMs }) => now - atMs <= RETENTION_MS);
      const discarded = { condition: 'RecordAgeExceeded', invokeCount: attempts, records: told } as const;
      if (told.length > 0) this.#effects.discard({ ...discarded, result: undefined });
      return young.length === 0 ? [] : [{ records: young, attempts }];
    });
  }
}

function pauseMs(failures: number): number {
  return Math.min(RETRY_PAUSE_MS.max, RETRY_PAUSE_MS.first * 2 ** Math.min(failures - 1, 10));
}
