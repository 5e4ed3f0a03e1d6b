/**
 * How long EventBridge takes, in milliseconds. AWS publishes only that "typical latency is about half a second"
 * (EventBridge FAQ, and since 2023 measured p50 of some 130 ms and p99 of some 235 ms for events ingested by PutEvents);
 * events of AWS services take longer. The table is deliberately the slower reading: a drainer must not need speed.
 */
export const DELIVERY_LATENCY = { medianMs: 400, p99Ms: 2_000 } as const;

/** Defaults and limits of a target's RetryPolicy ("Event retry policy and using dead-letter queues"). */
export const RETRY_ATTEMPTS_MAX = 185;
export const EVENT_AGE_SECONDS_MAX = 86_400;

/**
 * The pause before attempt `retry` (1 is the first retry): exponential with jitter. AWS publishes that it backs off
 * exponentially with jitter, and 185 attempts in 24 hours, which a ceiling of ten minutes fits.
 */
export function retryPauseMs(retry: number, jitter: number): number {
  return Math.round(Math.min(600_000, 1_000 * 2 ** Math.min(retry, 20)) * (0.5 + 0.5 * jitter));
}

/** Lambda's own queue for asynchronous invocations ("Error handling for asynchronous invocations"): pauses, in order. */
export const ASYNC_RETRY_PAUSES_MS = [60_000, 120_000] as const;
/** A throttled asynchronous event is tried again for up to six hours, after pauses from one second to five minutes. */
export const ASYNC_THROTTLE_AGE_MS = 6 * 3_600_000;
export const ASYNC_THROTTLE_PAUSE_MS = { first: 1_000, max: 300_000 } as const;
