import * as z from 'zod/mini';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';

/** Ebbtide's own message: look at this drain now, its hook needs a heartbeat before the next sweep comes. */
export interface DrainDue {
  readonly kind: 'drain-due';
  readonly incidentId: string;
}

const SOURCE = 'ebbtide';
const DETAIL_TYPE = 'Ebbtide Drain Due';

const detailSchema = z.object({ incidentId: z.string().check(z.minLength(1)) });

/** The body of the message: in the form of an event, so that one parser reads all that comes through the queues. */
export function drainDueMessage(incidentId: string, nowMs: number): string {
  return JSON.stringify({
    id: incidentId,
    source: SOURCE,
    'detail-type': DETAIL_TYPE,
    time: new Date(nowMs).toISOString(),
    account: '',
    region: '',
    detail: { incidentId },
  });
}

/** @throws MalformedEventError */
export function parseDrainDue(event: EventBridgeEvent): DrainDue | IgnoredEvent {
  if (event.source !== SOURCE || event.detailType !== DETAIL_TYPE) {
    return { kind: 'ignored', reason: `not a due drain: "${event.detailType}" from ${event.source}` };
  }
  return { kind: 'drain-due', ...parseDetail(detailSchema, event) };
}
