import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import type { EventBus } from '../event-bridge/bus.ts';
import type { Topics } from '../sns/topics.ts';
import type { Queues } from '../sqs/queues.ts';
import { type Alarm, COMPARISONS, parseAlarm } from './alarm.ts';
import { type AlarmState, EXTRA_PERIODS, evaluate } from './evaluation.ts';
import { AlarmHistory } from './history.ts';
import { Metrics } from './metrics.ts';
import { type Datapoint, explain, type StateChange, timestamp, toNotification } from './notification.ts';
import { recordEntry, recordQueue } from './sources.ts';

const MINUTE_MS = 60_000;
const CLOUDWATCH_PRINCIPAL = 'cloudwatch.amazonaws.com';
const CREATED = 'Unchecked: Initial alarm creation';

export interface AlarmTargets {
  readonly queues: Queues;
  readonly topics: Topics;
  readonly bus: EventBus;
}

/** An alarm with its present state. */
export interface WatchedAlarm {
  readonly serial: number;
  alarm: Alarm;
  state: AlarmState;
  reason: string;
  reasonData?: string | undefined;
  /** When the state was set last, and when it became another. */
  updatedAtMs: number;
  changedAtMs: number;
}

/**
 * Evaluates alarms once a minute, and runs their actions when they change state, the first change from
 * INSUFFICIENT_DATA included, as CloudWatch does. Nothing ticks before there is an alarm, or somebody asks for it.
 */
export class Alarms {
  readonly metrics = new Metrics();
  readonly history = new AlarmHistory();
  readonly #kernel: Kernel;
  readonly #targets: AlarmTargets;
  readonly #alarms = new Map<string, WatchedAlarm>();
  #created = 0;
  #isTicking = false;

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
        this.put(alarm);
        return { ref: alarm.name, attributes: { Arn: alarm.arn } };
      },
    };
  }

  all(): readonly WatchedAlarm[] {
    return [...this.#alarms.values()];
  }

  /** Creates an alarm, or gives one of that name another configuration: it keeps its state (PutMetricAlarm). */
  put(alarm: Alarm): void {
    const now = this.#kernel.clock.now();
    const known = this.#alarms.get(alarm.name);
    this.history.configured(alarm, known === undefined ? 'Create' : 'Update', now);
    if (known !== undefined) {
      known.alarm = alarm;
      return;
    }
    const times = { updatedAtMs: now, changedAtMs: now };
    const serial = this.#created++;
    this.#alarms.set(alarm.name, { serial, alarm, state: 'INSUFFICIENT_DATA', reason: CREATED, ...times });
    this.start();
  }

  /** @returns false when there is no such alarm */
  delete(name: string): boolean {
    const known = this.#alarms.get(name);
    if (known !== undefined) this.history.configured(known.alarm, 'Delete', this.#kernel.clock.now());
    return this.#alarms.delete(name);
  }

  find(name: string): WatchedAlarm | undefined {
    return this.#alarms.get(name);
  }

  /** Puts an alarm into a state, with its actions where that is another one. The next evaluation may end it. */
  setState(watched: WatchedAlarm, to: AlarmState, reason: string, reasonData?: string): void {
    const { alarm, state: from, reason: fromReason } = watched;
    const now = this.#kernel.clock.now();
    Object.assign(watched, { state: to, reason, reasonData, updatedAtMs: now });
    if (to === from) return;
    watched.changedAtMs = now;
    this.#announce({ alarm, from, to, reason, fromReason, atMs: now });
  }

  /** From now on queues are measured once a minute, alarms or not. */
  start(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#scheduleTick();
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
    const real = points.filter((point) => point !== undefined).slice(-alarm.evaluationPeriods);
    this.setState(watched, to, explain(alarm, to, from, real.toReversed()));
  }

  /** One point per period, oldest first; the periods end now and slide with each evaluation. */
  #datapoints({ metric, statistic, unit, ...alarm }: Alarm, now: number): (Datapoint | undefined)[] {
    const periodMs = alarm.periodSeconds * 1000;
    const count = alarm.evaluationPeriods + EXTRA_PERIODS;
    return Array.from({ length: count }, (_, index) => {
      const atMs = now - (count - index) * periodMs;
      const value = this.metrics.statistic(metric, statistic, { fromMs: atMs, toMs: atMs + periodMs }, unit);
      return value === undefined ? undefined : { atMs, value };
    });
  }

  #announce(change: StateChange): void {
    const { alarm, from, to, reason } = change;
    this.#kernel.trace.add('world', { subject: alarm.arn, change: 'alarm state', from, to, reason });
    this.history.changed(change);
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
    this.history.acted(change, action, refusal && JSON.stringify(refusal));
    if (refusal === undefined) return;
    // CloudWatch tells nobody: it stands in the alarm's history only.
    this.#kernel.trace.add('world', { subject: alarm.arn, change: 'alarm action failed', action, ...refusal });
  }
}
