import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { BusEvent } from '../../wire/service.ts';
import type { Delivery } from './delivery.ts';
import { DELIVERY_LATENCY } from './delivery-times.ts';
import { addTarget, compileRule, type Rule, type RuleInput, type Target } from './rules.ts';

/** An event as rules and targets see it. */
export interface EventEnvelope extends BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly account: string;
  /** ISO 8601 with whole seconds, such as `2026-01-05T08:00:00Z`. */
  readonly time: string;
  readonly region: string;
}

/** An event of a recording; what its envelope does not say is as for any event of this account. */
export interface RecordedEvent extends BusEvent {
  readonly id?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * Decides what becomes of one delivery: the extra delay of each copy, in milliseconds. `[0]` is the normal case, `[]`
 * loses the event, `[0, 0]` doubles it, and different delays put events out of order.
 */
export type DeliveryFault = (delivery: {
  readonly event: EventEnvelope;
  readonly rule: string;
  readonly target: string;
}) => readonly number[];

const NO_FAULT: DeliveryFault = () => [0];

/** The default event bus of the account and region, with its rules. */
export class EventBus {
  readonly #kernel: Kernel;
  readonly #delivery: Delivery;
  readonly #fault: DeliveryFault;
  readonly #rules = new Map<string, Rule>();
  readonly #ids: () => string;
  readonly #latencyMs: () => number;

  constructor(kernel: Kernel, delivery: Delivery, fault: DeliveryFault = NO_FAULT) {
    this.#kernel = kernel;
    this.#delivery = delivery;
    this.#fault = fault;
    const ids = kernel.random.fork('event-bridge/ids');
    const latencies = kernel.random.fork('event-bridge/latency');
    this.#ids = () => ids.uuid();
    this.#latencyMs = () => latencies.latencyMs(DELIVERY_LATENCY.medianMs, DELIVERY_LATENCY.p99Ms);
  }

  /** Puts an event on the bus, at this instant or with the time that its source gives. Returns its id. */
  put(event: BusEvent, time = this.#kernel.clock.now()): string {
    return this.#accept(this.#envelope(event, time));
  }

  /** Puts an event that was recorded elsewhere on the bus, with what its envelope said, at another time. */
  replay({ id, account, region, ...event }: RecordedEvent, time = this.#kernel.clock.now()): string {
    const envelope = this.#envelope(event, time);
    return this.#accept({
      ...envelope,
      id: id ?? envelope.id,
      account: account ?? envelope.account,
      region: region ?? envelope.region,
    });
  }

  /** Creates or replaces a rule; its targets stay, and a schedule starts anew. */
  putRule(input: RuleInput): Rule {
    const { region, accountId } = this.#kernel.place;
    const rule = compileRule(input, `arn:aws:events:${region}:${accountId}:rule/${input.name}`);
    for (const target of this.#rules.get(input.name)?.targets.values() ?? []) addTarget(rule, target);
    this.#rules.set(rule.name, rule);
    this.#scheduleNext(rule);
    return rule;
  }

  /** Throws what the API throws for a rule that does not exist. */
  rule(name: string): Rule {
    const rule = this.#rules.get(name);
    if (rule === undefined) {
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
    }
    return rule;
  }

  /** A schedule ends, and what is on its way to the targets arrives. */
  deleteRule(name: string): void {
    this.#rules.delete(name);
  }

  rules(): readonly Rule[] {
    return [...this.#rules.values()];
  }

  #accept(envelope: EventEnvelope): string {
    this.#kernel.trace.add('event', { event: envelope });
    for (const rule of this.#rules.values()) if (rule.isEnabled && rule.matches(envelope)) this.#route(rule, envelope);
    return envelope.id;
  }

  #envelope(event: BusEvent, timeMs: number): EventEnvelope {
    return {
      version: '0',
      id: this.#ids(),
      'detail-type': event['detail-type'],
      source: event.source,
      account: this.#kernel.place.accountId,
      time: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
      region: this.#kernel.place.region,
      resources: event.resources,
      // A copy, as the wire makes one: a later change in the fleet must not reach an event on its way.
      detail: structuredClone(event.detail),
    };
  }

  #route(rule: Rule, event: EventEnvelope): void {
    for (const target of rule.targets.values()) {
      for (const extraMs of this.#fault({ event, rule: rule.name, target: target.arn })) {
        this.#kernel.clock.after(this.#latencyMs() + extraMs, () => this.#deliver(rule, target, event));
      }
    }
  }

  #deliver(rule: Rule, target: Target, event: EventEnvelope): void {
    this.#delivery.deliver({ ruleArn: rule.arn, target, event });
  }

  #scheduleNext(rule: Rule): void {
    const nextMs = rule.isEnabled ? rule.schedule?.(this.#kernel.clock.now()) : undefined;
    if (nextMs === undefined) return;
    this.#kernel.clock.at(nextMs, () => {
      if (this.#rules.get(rule.name) !== rule) return;
      const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn], detail: {} };
      this.#route(rule, this.#envelope(scheduled, nextMs));
      this.#scheduleNext(rule);
    });
  }
}
