import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import type { EventBus } from '../event-bridge/bus.ts';
import type { Topics } from '../sns/topics.ts';
import type { Queues } from '../sqs/queues.ts';
import { type Alarm, COMPARISONS, parseAlarm } from './alarm.ts';
import { type AlarmState, EXTRA_PERIODS, evaluate } from './evaluation.ts';
import { Metrics } from './metrics.ts';
import { type Datapoint, explain, type StateChange, timestamp, toNotification } from './notification.ts';
import { recordEntry, recordQueue } from './sources.ts';

const MINUTE_MS = 60_000;
const CLOUDWATCH_PRINCIPAL = 'cloudwatch.amazonaws.com';

export interface AlarmTargets {
  readonly queues: Queues;
  readonly topics: Topics;
  readonly bus: EventBus;
}

/** An alarm with its present state. */
export interface WatchedAlarm {
  readonly alarm: Alarm;
  state: AlarmState;
}

/**
 * Evaluates alarms once a minute, and runs their actions when they change state, the first change from
 * INSUFFICIENT_DATA included, as CloudWatch does. Nothing ticks before there is an alarm.
 */
export class Alarms {
  readonly metrics = new Metrics();
  readonly #kernel: Kernel;
  readonly #targets: AlarmTargets;
  readonly #alarms = new Map<string, WatchedAlarm>();

  constructor(kernel: Kernel, targets: AlarmTargets) {
    this.#kernel = kernel;
    this.#targets = targets;
    kernel.trace.onEntry((entry) => recordEntry(this.metrics, entry));
  }

  /** `AWS::CloudWatch::Alarm` */
  get provider(): ResourceProvider {
    return {
      create: (properties, resource) => {
        const alarm = parseAlarm(this.#kernel, properties, resource);
        if (this.#alarms.size === 0) this.#scheduleTick();
        this.#alarms.set(alarm.name, { alarm, state: 'INSUFFICIENT_DATA' });
        return { ref: alarm.name, attributes: { Arn: alarm.arn } };
      },
    };
  }

  all(): readonly WatchedAlarm[] {
    return [...this.#alarms.values()];
  }

  #scheduleTick(): void {
    const nextMs = (Math.floor(this.#kernel.clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
    this.#kernel.clock.at(nextMs, () => this.#tick());
  }

  #tick(): void {
    const now = this.#kernel.clock.now();
    // Samples of the minute that ends now.
    for (const queue of this.#targets.queues.all()) recordQueue(this.metrics, queue, now - 1);
    this.metrics.dropOld(now);
    for (const watched of this.#alarms.values()) this.#evaluate(watched, now);
    this.#scheduleTick();
  }

  #evaluate(watched: WatchedAlarm, now: number): void {
    const { alarm, state: from } = watched;
    const points = this.#datapoints(alarm, now);
    const breaches = points.map((point) => point && COMPARISONS[alarm.comparison].holds(point.value, alarm.threshold));
    const to = evaluate(breaches, alarm);
    if (to === undefined || to === from) return;
    watched.state = to;
    const real = points.filter((point) => point !== undefined).slice(-alarm.evaluationPeriods);
    const reason = explain(alarm, to, from, real.toReversed());
    this.#announce({ alarm, from, to, reason, atMs: now });
  }

  /** One point per period, oldest first; the periods end now and slide with each evaluation. */
  #datapoints({ metric, statistic, periodSeconds, evaluationPeriods }: Alarm, now: number): (Datapoint | undefined)[] {
    const periodMs = periodSeconds * 1000;
    const count = evaluationPeriods + EXTRA_PERIODS;
    return Array.from({ length: count }, (_, index) => {
      const atMs = now - (count - index) * periodMs;
      const value = this.metrics.statistic(metric, statistic, atMs, atMs + periodMs);
      return value === undefined ? undefined : { atMs, value };
    });
  }

  #announce(change: StateChange): void {
    const { alarm, from, to, reason } = change;
    this.#kernel.trace.add('world', { subject: alarm.arn, change: 'alarm state', from, to, reason });
    this.#targets.bus.put({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [alarm.arn],
      detail: {
        alarmName: alarm.name,
        state: { value: to, reason, timestamp: timestamp(change.atMs) },
        previousState: { value: from },
      },
    });
    if (alarm.actionsEnabled) for (const action of alarm.actions[to]) this.#act(action, change);
  }

  #act(action: string, change: StateChange): void {
    const { alarm } = change;
    const caller = { service: CLOUDWATCH_PRINCIPAL, sourceArn: alarm.arn };
    const publication = { ...toNotification(change, this.#kernel.place), attributes: {} };
    const refusal = this.#targets.topics.publishAsService(action, caller, publication);
    if (refusal === undefined) return;
    // CloudWatch tells nobody: it stands in the alarm's history only.
    this.#kernel.trace.add('world', { subject: alarm.arn, change: 'alarm action failed', action, ...refusal });
  }
}
