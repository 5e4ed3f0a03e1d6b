/** What the operator has configured, as far as it says what is right. Durations in milliseconds. */
export interface Terms {
  /** Whether a lifecycle hook of this name is to be completed. */
  ownsHook(hook: string): boolean;
  /** From the start of the lifecycle action. */
  readonly drainDeadlineMs: number;
  /** For so long the agent of a draining instance must have been away before the instance is given up. */
  readonly lostContactMs: number;
  /** For so long an agent must have been away, without a break, before anything is said or done about it. */
  readonly disconnectedMs: number;
  /** Whether a drain waits for tasks of this group; default: for all. */
  blocks?(group: string): boolean;
  /** From then on an instance that still runs may be deregistered; default: never. */
  readonly deregistersRunningMs?: number;
  /**
   * How long after it looked somebody may act on what was seen; default: at once. Longer where calls fail and are tried
   * again: the world goes on meanwhile.
   */
  readonly actsWithinMs?: number;
  /** The same of alerts, which wait with their incidents when a function could not send them; default: at once. */
  readonly tellsWithinMs?: number;
}

/** The time of an event has whole seconds, so who goes by it is up to a second early (EventBridge, event structure). */
export const EVENT_TIME_STEP_MS = 1_000;
