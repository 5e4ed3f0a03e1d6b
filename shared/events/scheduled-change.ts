import * as z from 'zod/mini';
import type { Ec2InstanceId } from '../domain/model.ts';
import { type EventBridgeEvent, type IgnoredEvent, parseDetail } from './envelope.ts';
import { arn, instant, name } from './identifiers.ts';

/** AWS is going to retire, stop or reboot EC2 instances, or their hosts, at a time of its own. */
export interface ScheduledChange {
  readonly kind: 'scheduled-change';
  /** The same in all events about the change: its pages, its updates, its copy in another region. */
  readonly eventArn: string;
  /** AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED, AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED, ... */
  readonly typeCode: string;
  /** Those on this page; each page has its own. */
  readonly ec2InstanceIds: readonly Ec2InstanceId[];
  /** Those of them that the change does not concern any more. */
  readonly resolvedIds: readonly Ec2InstanceId[];
  /** Of two events about the change, the newer has the later time. */
  readonly updatedAtMs: number;
  readonly startsAtMs?: number;
  /** A copy, sent to another region than that of the instances in case theirs is down. */
  readonly isBackup: boolean;
  readonly page: number;
  readonly totalPages: number;
  /** upcoming, open or closed; unknown ones may appear. */
  readonly statusCode: string;
}

const subjectSchema = z.object({ service: z.string(), eventTypeCategory: z.string() });

const ordinal = z.string().check(z.regex(/^[1-9]\d*$/));

const detailSchema = z.object({
  eventArn: arn,
  eventTypeCode: name,
  eventRegion: name,
  statusCode: z.string(),
  startTime: z.exactOptional(instant),
  lastUpdatedTime: z.exactOptional(z.string()),
  affectedEntities: z._default(z.array(z.object({ entityValue: z.string(), status: z.exactOptional(z.string()) })), []),
  page: z._default(ordinal, '1'),
  totalPages: z._default(ordinal, '1'),
});

/**
 * AWS Health User Guide, "Reference: AWS Health events Amazon EventBridge schema" and "Viewing paginated lists of AWS
 * Health events on EventBridge".
 *
 * @throws MalformedEventError
 */
export function parseScheduledChange(event: EventBridgeEvent): ScheduledChange | IgnoredEvent {
  if (event.source !== 'aws.health' || event.detailType !== 'AWS Health Event') {
    return { kind: 'ignored', reason: `not a Health event: "${event.detailType}" from ${event.source}` };
  }
  const { service, eventTypeCategory } = parseDetail(subjectSchema, event);
  if (service !== 'EC2' || eventTypeCategory !== 'scheduledChange') {
    return { kind: 'ignored', reason: `a Health event about ${service} (${eventTypeCategory})` };
  }
  const detail = parseDetail(detailSchema, event);
  const ec2InstanceIds = idsIn(detail.affectedEntities);
  if (ec2InstanceIds.length === 0) return { kind: 'ignored', reason: `${detail.eventTypeCode} names no EC2 instance` };
  return {
    kind: 'scheduled-change',
    eventArn: detail.eventArn,
    typeCode: detail.eventTypeCode,
    ec2InstanceIds,
    resolvedIds: idsIn(detail.affectedEntities.filter(({ status }) => status === 'RESOLVED')),
    // When the notification was sent, where it does not say.
    updatedAtMs: Date.parse(detail.lastUpdatedTime ?? '') || event.timeMs,
    ...(detail.startTime !== undefined && { startsAtMs: Date.parse(detail.startTime) }),
    isBackup: detail.eventRegion !== event.region,
    page: Number(detail.page),
    totalPages: Number(detail.totalPages),
    statusCode: detail.statusCode,
  };
}

function idsIn(entities: readonly { readonly entityValue: string }[]): Ec2InstanceId[] {
  return [...new Set(entities.flatMap(({ entityValue }) => ec2InstanceIdIn(entityValue) ?? []))];
}

/** EC2's events name an instance by its id or by its ARN, and other things too: dedicated hosts, volumes, the account. */
function ec2InstanceIdIn(entityValue: string): Ec2InstanceId | undefined {
  return /^(?:arn:[^:]*:ec2:[^:]*:[^:]*:instance\/)?(i-[0-9a-z]+)$/.exec(entityValue)?.[1];
}
