import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResponse,
} from '@aws-sdk/client-eventbridge';

/** API Reference, PutEvents: up to 10 entries, of less than 256 KB altogether. */
const ENTRIES_MAX = 10;
const BATCH_SIZE_MAX_BYTES = 256 * 1024 - 1;
/** EventBridge User Guide, "Calculating PutEvents event entry size": what a time stamp counts. */
const TIME_SIZE_BYTES = 14;

const SOURCE = 'ebbtide';

/** What users hook their own rules on: something happened to an incident. */
export interface IncidentEvent {
  readonly detailType: string;
  readonly atMs: number;
  /** ARNs of what it is about. */
  readonly resources: readonly string[];
  /** Becomes JSON. */
  readonly detail: object;
}

/** EventBridge answered 200, but did not take some of the events; the others are on the bus. */
export class RejectedEventsError extends Error {
  readonly rejections: readonly string[];
  /** As AWS has them; none where it did not say which. */
  readonly codes: readonly string[];

  constructor(rejections: readonly Rejection[]) {
    super(`EventBridge rejected ${rejections.map(({ text }) => text).join('; ')}`);
    this.name = 'RejectedEventsError';
    this.rejections = rejections.map(({ text }) => text);
    this.codes = rejections.flatMap(({ code }) => code ?? []);
  }
}

interface Rejection {
  readonly text: string;
  readonly code?: string;
}

/** What is wrong with an event itself, of the codes that AWS calls not retryable (API Reference, PutEventsResultEntry). */
const WRONG_EVENT: ReadonlySet<string> = new Set(['InvalidArgument', 'MalformedDetail']);

/** Whether events will never be taken, whoever tries again. */
export function isRefusedForGood(error: unknown): boolean {
  if (error instanceof RejectedEventsError) {
    return error.codes.length === error.rejections.length && error.codes.every((code) => WRONG_EVENT.has(code));
  }
  return error instanceof Error && error.name === 'ValidationException';
}

/**
 * Puts events onto the default bus. All are tried before any rejection is reported.
 *
 * @throws RejectedEventsError
 */
export async function putIncidentEvents(
  eventBridge: EventBridgeClient,
  events: readonly IncidentEvent[],
): Promise<void> {
  const rejections: Rejection[] = [];
  for (const Entries of toBatches(events.map(toEntry))) {
    const answer = await eventBridge.send(new PutEventsCommand({ Entries }));
    if (answer.FailedEntryCount) rejections.push(...rejectionsOf(Entries, answer));
  }
  if (rejections.length > 0) throw new RejectedEventsError(rejections);
}

/** EventBridge answers for the entries in the order of the request. */
function rejectionsOf(entries: readonly PutEventsRequestEntry[], answer: PutEventsResponse): Rejection[] {
  const named = (answer.Entries ?? []).flatMap(({ ErrorCode, ErrorMessage }, index) =>
    ErrorCode ? { text: `"${entries[index]?.DetailType}" (${ErrorCode}: ${ErrorMessage})`, code: ErrorCode } : [],
  );
  return named.length > 0 ? named : [{ text: `${answer.FailedEntryCount} events without saying which` }];
}

function toEntry({ detailType, atMs, resources, detail }: IncidentEvent): PutEventsRequestEntry {
  return {
    Source: SOURCE,
    DetailType: detailType,
    Time: new Date(atMs),
    Resources: [...resources],
    Detail: JSON.stringify(detail),
  };
}

function toBatches(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let sizeBytes = 0;
  for (const entry of entries) {
    const entrySizeBytes = sizeOf(entry);
    const batch = batches.at(-1);
    if (batch && batch.length < ENTRIES_MAX && sizeBytes + entrySizeBytes <= BATCH_SIZE_MAX_BYTES) {
      batch.push(entry);
      sizeBytes += entrySizeBytes;
    } else {
      batches.push([entry]);
      sizeBytes = entrySizeBytes;
    }
  }
  return batches;
}

function sizeOf({ Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), TIME_SIZE_BYTES);
}
