/** What the operator has configured, as far as it says what is right. Durations in milliseconds; left out: never. */
export interface Terms {
  /** Whether a lifecycle hook of this name is to be completed. */
  ownsHook(hook: string): boolean;
  /** The cluster that the instances of an Auto Scaling group belong to; default: nobody knows. */
  homeOf?(group: string): string | undefined;
  /** From the start of the lifecycle action. */
  readonly drainDeadlineMs: number;
  /** The longest of those that drains may have begun with; default: the same. */
  readonly drainDeadlineMsMax?: number;
  /** For so long the agent of a draining instance must have been away before the instance is given up. */
  readonly lostContactMs: number;
  /** For so long an agent must have been away, without a break, before anything is said or done about it. */
  readonly disconnectedMs: number;
  /** Whether a drain waits for tasks of this group; default: for all. */
  blocks?(group: string): boolean;
  /** Whether it may, as a drain that began by other settings does; default: as `blocks`. */
  mayBlock?(group: string): boolean;
  /** Whether tasks that belong to no service may be stopped when their instance begins to drain; default: not. */
  readonly stopsStandalone?: boolean;
  /** For so long an agent must have been away before it is restarted. */
  readonly restartsMs?: number;
  /** The same before the group is told to replace the instance. */
  readonly replacesMs?: number;
  /** From then on an instance that still runs may be deregistered. */
  readonly deregistersRunningMs?: number;
  /** The same of an external instance, of which nobody knows whether it runs. */
  readonly deregistersExternalMs?: number;
  /** For so long an instance in service may be in no cluster before its group is told to replace it. */
  readonly replacesUnregisteredMs?: number;
  /** Whether an instance that AWS has said it will take may be replaced ahead of that. */
  readonly replacesAnnounced?: boolean;
  /** Within an hour, in a cluster; default: any number. */
  readonly repairsPerHourMax?: number;
  /** As much of a cluster, or of one of its Availability Zones, away at once is an outage; default: nothing is. */
  readonly outage?: { readonly sharePercent: number; readonly countMin: number };
  /** Whether AWS itself looks after the instances of this capacity provider; default: of none. */
  isLeftAlone?(capacityProvider: string): boolean;
  /** Default: `acts`. */
  readonly role?: Role;
  /** Whether somebody may still, or already, stay out of it whatever the role; default: only where that is the role. */
  readonly mayStayOut?: boolean;
  /** Whether on-call is told of agents that stay away; default: yes. */
  readonly tellsDisconnections?: boolean;
  /**
   * How long after it looked somebody may act on what was seen; default: at once. Longer where calls fail and are tried
   * again: the world goes on meanwhile.
   */
  readonly actsWithinMs?: number;
  /** The same of alerts, which wait with their incidents when a function could not send them; default: at once. */
  readonly tellsWithinMs?: number;
  /** How long an event may be on its way; infinite: it may never come; default: it comes at once. */
  readonly hearsWithinMs?: number;
  /** By how much the clocks of two functions may differ; default: not at all. */
  readonly clockSkewMs?: number;
  /** Since when they hold, in epoch milliseconds; default: always. */
  readonly heldSinceMs?: number;
  /** What holds in one cluster at an instant (epoch milliseconds), where it is something else there; default: the same. */
  in?(cluster: string, atMs: number): Terms;
}

/**
 * Whether fleet and hooks of a cluster are looked after, only observed, or none of Ebbtide's business; or, as that changes,
 * nobody is to blame who looks after them, nor who does not.
 */
export type Role = 'acts' | 'observes' | 'stays out' | 'may act';

/** The time of an event has whole seconds, so who goes by it is up to a second early (EventBridge, event structure). */
export const EVENT_TIME_STEP_MS = 1_000;

/** How much sooner than it is somebody may take it to be. */
export function earlyMs({ clockSkewMs = 0 }: Terms): number {
  return EVENT_TIME_STEP_MS + clockSkewMs;
}

/** What holds in the cluster that an ARN of it, or of something in it, or its name stands for. */
export function termsIn(terms: Terms, cluster: string, atMs: number): Terms {
  return terms.in?.(clusterName(cluster), atMs) ?? terms;
}

/** Whether what is in a cluster is no reason to hold an instance that is in another one too. */
export function countsForNothing({ role, mayStayOut = role === 'stays out' }: Terms): boolean {
  return mayStayOut;
}

/** The name in `arn:...:container-instance/NAME/ID`, `arn:...:cluster/NAME`, or the name itself. */
export function clusterName(cluster: string): string {
  return cluster.split('/')[1] ?? cluster;
}
