import * as z from 'zod/mini';
import type { LifecycleAction } from '../domain/model.ts';
import { type EventBridgeEvent, parseDetail } from './envelope.ts';
import { ec2InstanceId, name } from './identifiers.ts';

/** Ebbtide's own message: look again at an instance that a terminate hook holds, and that was in no cluster. */
export interface ArrivalDue {
  readonly kind: 'arrival-due';
  readonly action: LifecycleAction;
  /** When it was first seen in no cluster. */
  readonly missingSinceMs: number;
}

const SOURCE = 'ebbtide';
const DETAIL_TYPE = 'Ebbtide Arrival Due';

const detailSchema = z.object({
  action: z.object({
    ec2InstanceId,
    groupName: name,
    hookName: name,
    startedAtMs: z.number(),
    token: z.exactOptional(z.string()),
  }),
  missingSinceMs: z.number(),
});

/** The body of the message: in the form of an event, so that one parser reads all that comes through the queues. */
export function arrivalDueMessage({ action, missingSinceMs }: Omit<ArrivalDue, 'kind'>, nowMs: number): string {
  return JSON.stringify({
    id: action.ec2InstanceId,
    source: SOURCE,
    'detail-type': DETAIL_TYPE,
    time: new Date(nowMs).toISOString(),
    account: '',
    region: '',
    detail: { action, missingSinceMs },
  });
}

export function isArrivalDue({ source, detailType }: EventBridgeEvent): boolean {
  return source === SOURCE && detailType === DETAIL_TYPE;
}

/** @throws MalformedEventError */
export function parseArrivalDue(event: EventBridgeEvent): ArrivalDue {
  return { kind: 'arrival-due', ...parseDetail(detailSchema, event) };
}
