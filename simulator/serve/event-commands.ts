import * as z from 'zod';
import type { TraceEntry, TraceKind } from '../kernel/trace.ts';
import { type ControlCommand, command } from './command.ts';
import { recordedEvent, replayEvents } from './replay.ts';

const TRACE_KINDS = [
  'event',
  'call',
  'invocation',
  'log',
  'notification',
  'dead-letter',
  'world',
  'note',
] as const satisfies readonly TraceKind[];
const ENTRIES_MAX = 10_000;
const ENTRIES_DEFAULT = 100;

const limit = z.int().min(1).max(ENTRIES_MAX).default(ENTRIES_DEFAULT);
const replay = z.strictObject({
  events: z.array(recordedEvent).min(1).max(100_000),
  speed: z.number().positive().max(1e6).default(1).describe('how many times as fast as recorded'),
  map: z.record(z.string().min(1), z.string()).default({}).describe('texts to replace: instance ids, account, region'),
});

/** What comes over the bus, and what the world has done: for a test that looks on from outside. */
export const eventCommands = {
  'replay-events': command(
    'Puts recorded events on the bus, in their order and at their relative times',
    replay,
    (simulator, { events, ...options }) => ({
      events: events.length,
      last: new Date(replayEvents(simulator, events, options)).toISOString(),
    }),
  ),
  'list-events': command(
    'Lists the last events that came on the bus, the newest last',
    z.strictObject({
      limit,
      source: z.string().optional().describe('such as aws.ecs'),
      detailType: z.string().optional().describe('such as ECS Task State Change'),
    }),
    ({ kernel }, { limit: count, source, detailType }) => {
      const events = kernel.trace.entries.filter(isEvent).map(({ event }) => event);
      const isMeant = (event: SeenEvent) =>
        (source === undefined || event.source === source) &&
        (detailType === undefined || event['detail-type'] === detailType);
      return { events: events.filter(isMeant).slice(-count) };
    },
  ),
  trace: command(
    'Lists what happened from entry `since` on: events, calls, invocations, logs, notifications, dead letters, changes of the fleet',
    z.strictObject({
      since: z.int().min(0).default(0).describe('`next` of an earlier answer'),
      kind: z.enum(TRACE_KINDS).optional().describe('left out: all'),
      limit,
    }),
    ({ kernel: { trace } }, { since, kind, limit: count }) => {
      const kept = trace.since(since);
      const meant = kept.filter(([, entry]) => kind === undefined || entry.kind === kind);
      const page = meant.slice(0, count);
      const next = meant.length > page.length ? (page.at(-1)?.[0] ?? 0) + 1 : Math.max(since, trace.length);
      return {
        entries: page.map(([number, entry]) => ({ number, ...entry })),
        next,
        // Older entries than those are forgotten.
        forgotten: Math.max(0, (kept[0]?.[0] ?? since) - since),
      };
    },
  ),
} satisfies Record<string, ControlCommand>;

interface SeenEvent {
  readonly source: string;
  readonly 'detail-type': string;
}

function isEvent(entry: TraceEntry): entry is TraceEntry & { readonly event: SeenEvent } {
  return entry.kind === 'event';
}
