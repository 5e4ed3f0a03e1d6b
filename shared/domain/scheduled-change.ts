/**
 * The policy for changes that AWS schedules for an instance: when it is drained for one, and when the change is over.
 * Pure; `shared/reviews/scheduled-changes.ts` observes and acts.
 */
import type { Policy } from '../config/settings.ts';
import type { ScheduledChangeIncident } from '../incidents/scheduled-change-incident.ts';

/**
 * The kinds that end the instance's tasks: AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED, ..._TERMINATION_SCHEDULED (both in the
 * AWS Health User Guide, Creating EventBridge rules), ..._STOP_SCHEDULED, ..._REBOOT_MAINTENANCE_SCHEDULED,
 * ..._POWER_MAINTENANCE_SCHEDULED. Network maintenance leaves them running (Amazon EC2 User Guide, Scheduled events for
 * your instances).
 */
export function endsTasks(typeCode: string): boolean {
  return /_(RETIREMENT|TERMINATION|STOP|REBOOT|POWER)_/.test(typeCode);
}

/** Maintenance may begin late and takes a while. */
const OVER_AFTER_MS = 120 * 60_000;

/** Whether a change lies so far back that nothing is to be done for it. */
export function isOver(startsAtMs: number | undefined, nowMs: number): boolean {
  return startsAtMs !== undefined && nowMs >= startsAtMs + OVER_AFTER_MS;
}

/** What AWS Health says about one change of one instance. */
export interface Notice {
  /** Of AWS Health: the same in every event about this change. */
  readonly eventArn: string;
  readonly startsAtMs?: number | undefined;
  /** When AWS Health last updated it. */
  readonly updatedAtMs: number;
  readonly statusCode: string;
}

export type NoticeDecision =
  | { readonly kind: 'ignore' | 'call off' }
  /** The same change, at another time. */
  | { readonly kind: 'move'; readonly startsAtMs: number }
  /** What is open about the instance gives way to it. */
  | { readonly kind: 'open' };

/** @param earlier the last one of the instance, open or closed */
export function decideNotice(
  earlier: Pick<ScheduledChangeIncident, 'eventArn' | 'phase' | 'startsAtMs' | 'updatedAtMs'> | undefined,
  { eventArn, startsAtMs, updatedAtMs, statusCode }: Notice,
): NoticeDecision {
  const isKnown = earlier?.eventArn === eventArn;
  const isOpen = earlier !== undefined && earlier.phase !== 'closed';
  if (isKnown && updatedAtMs < (earlier.updatedAtMs ?? 0)) return { kind: 'ignore' };
  if (statusCode === 'closed') return { kind: isKnown && isOpen ? 'call off' : 'ignore' };
  if (isKnown) {
    if (startsAtMs === undefined || startsAtMs === earlier.startsAtMs) return { kind: 'ignore' };
    if (isOpen) return { kind: 'move', startsAtMs };
    // An event that comes late names the time that was; only a later one tells that it is to come after all.
    return { kind: startsAtMs > (earlier.startsAtMs ?? 0) ? 'open' : 'ignore' };
  }
  // One at a time: whichever comes first ends the instance.
  return { kind: isOpen && !isSooner({ startsAtMs }, earlier) ? 'ignore' : 'open' };
}

interface Start {
  readonly startsAtMs?: number | undefined;
}

/** One without a time may come at any moment. */
export function isSooner(change: Start, other: Start): boolean {
  return (change.startsAtMs ?? 0) < (other.startsAtMs ?? 0);
}

/** The change that is to take the place of one that has ended; none where the instance is gone, or nobody looks after it. */
export function nextOf(
  { phase, outcome, next }: Pick<ScheduledChangeIncident, 'phase' | 'outcome' | 'next'>,
  nowMs: number,
): ScheduledChangeIncident['next'] {
  const isOurs = outcome !== 'gone' && outcome !== 'not looked after';
  const isDue = phase === 'closed' && isOurs && next !== undefined && !isOver(next.startsAtMs, nowMs);
  return isDue ? next : undefined;
}

export type ScheduledChangeDecision =
  | { readonly kind: 'wait' }
  /** To be drained, and replaced by its group, now. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'resolve'; readonly outcome: 'gone' | 'over' };

/** @param ec2State `gone` once EC2 has forgotten the instance */
export function decideScheduledChange(
  { phase, startsAtMs }: ScheduledChangeIncident,
  ec2State: string,
  { policy, nowMs }: { readonly policy: Pick<Policy, 'scheduledChangeLeadMinutes'>; readonly nowMs: number },
): ScheduledChangeDecision {
  if (ec2State === 'terminated' || ec2State === 'gone') return { kind: 'resolve', outcome: 'gone' };
  if (isOver(startsAtMs, nowMs)) return { kind: 'resolve', outcome: 'over' };
  const leavesAtMs = leaveAtMs(startsAtMs, policy);
  const isDue = phase === 'announced' && leavesAtMs !== undefined && nowMs >= leavesAtMs;
  return isDue ? { kind: 'leave' } : { kind: 'wait' };
}

/** When the instance is to be drained; undefined: never. */
export function leaveAtMs(
  startsAtMs: number | undefined,
  { scheduledChangeLeadMinutes }: Pick<Policy, 'scheduledChangeLeadMinutes'>,
): number | undefined {
  if (scheduledChangeLeadMinutes === 'off') return undefined;
  return startsAtMs === undefined ? 0 : startsAtMs - scheduledChangeLeadMinutes * 60_000;
}
