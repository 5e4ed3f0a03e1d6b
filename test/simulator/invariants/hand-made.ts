import type { Invariant, Verdict } from '../../../simulator/invariants/invariant.ts';
import { watch } from '../../../simulator/invariants/invariant.ts';
import type { Terms } from '../../../simulator/invariants/terms.ts';
import { Trace } from '../../../simulator/kernel/trace.ts';

export const MINUTE = 60_000;

export const TERMS: Terms = {
  ownsHook: (hook) => hook.startsWith('ebbtide-'),
  drainDeadlineMs: 60 * MINUTE,
  lostContactMs: 15 * MINUTE,
  disconnectedMs: 10 * MINUTE,
};

export const EC2 = 'i-00000000000000001';
export const INSTANCE = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/shop/a';
export const TWIN = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/shop/b';
export const TASK = 'arn:aws:ecs:eu-central-1:111122223333:task/shop/t';
const HOOK = 'ebbtide-terminate';
/** The invocation that publishes. */
export const REQUEST = 'request-1';
const START_MS = Date.UTC(2026, 0, 5, 8);

/** Writes a trace as the simulator would, an entry at a time. Times are minutes from the start. */
export class HandMade {
  readonly #trace: Trace;
  #nowMs = START_MS;

  constructor() {
    this.#trace = new Trace(() => this.#nowMs);
  }

  after(minutes: number): this {
    this.#nowMs += minutes * MINUTE;
    return this;
  }

  world(subject: string, change: string, fields: Record<string, unknown> = {}): this {
    this.#trace.add('world', { subject, change, ec2InstanceId: EC2, ...fields });
    return this;
  }

  event(detailType: string, detail: Record<string, unknown>): this {
    this.#trace.add('event', { event: { 'detail-type': detailType, detail } });
    return this;
  }

  /** Registered and connected, on an EC2 instance that runs. */
  registered(arn = INSTANCE): this {
    return this.world(EC2, 'ec2 instance running').world(arn, 'registered').world(arn, 'agent connected');
  }

  task(lastStatus: string, containerInstanceArn = INSTANCE): this {
    const detail = { taskArn: TASK, containerInstanceArn, group: 'service:checkout', lastStatus };
    return this.event('ECS Task State Change', detail);
  }

  held(hook = HOOK): this {
    const detail = {
      LifecycleActionToken: `token-of-${hook}`,
      LifecycleHookName: hook,
      AutoScalingGroupName: 'shop',
      EC2InstanceId: EC2,
    };
    return this.event('EC2 Instance-terminate Lifecycle Action', detail);
  }

  call(
    operation: string,
    input: Record<string, unknown>,
    error?: { code: string; message: string },
    service = 'autoscaling',
  ): this {
    const caller = { kind: 'function', functionName: 'ebbtide-prod-sweep', requestId: REQUEST };
    this.#trace.add('call', { service, operation, caller, input, ...(error && { error }) });
    return this;
  }

  /** A call to ECS about something in the cluster `shop`. */
  ecs(operation: string, input: Record<string, unknown>, cluster = 'shop'): this {
    return this.call(operation, { cluster, ...input }, undefined, 'ecs');
  }

  /** In service in its group, in a zone, and registered under the given names. */
  inService(ec2InstanceId: string, arn: string): this {
    const about = { ec2InstanceId, group: 'shop' };
    const attributes = [{ name: 'ecs.availability-zone', value: 'eu-central-1a' }];
    return this.world(ec2InstanceId, 'ec2 instance running', about)
      .world(ec2InstanceId, 'lifecycle state InService', about)
      .world(arn, 'registered', about)
      .event('ECS Container Instance State Change', { containerInstanceArn: arn, attributes })
      .world(arn, 'agent connected', about);
  }

  away(ec2InstanceId: string, arn: string): this {
    return this.world(arn, 'agent disconnected', { ec2InstanceId });
  }

  /** A sweep is over. */
  swept(): this {
    return this.add('invocation', { function: 'ebbtide-prod-sweep', requestId: REQUEST, phase: 'end' });
  }

  completes(hook = HOOK, error?: { code: string; message: string }): this {
    const input = { LifecycleHookName: hook, LifecycleActionToken: `token-of-${hook}` };
    return this.call('CompleteLifecycleAction', input, error);
  }

  alert(id: string, state: string, kind = 'disconnection', what = `Agent of ${EC2}`): this {
    const subject = `[shop] ${what} ${state}`;
    this.#trace.add('notification', { topic: 'alerts', subject, message: '', attributes: { id, state, kind } });
    return this;
  }

  /** One message that tells of many. */
  flood(ids: readonly string[], state: string): this {
    const attributes = { id: 'flood', state, kind: 'disconnection', ids: JSON.stringify(ids) };
    this.#trace.add('notification', { topic: 'alerts', subject: '', message: '', attributes });
    return this;
  }

  /** A function publishes the alert: what the topic delivers, and the call as it was answered. */
  publishes(id: string, state: string, fault?: { readonly effect: 'happens'; readonly answer?: string }): this {
    const input = { MessageAttributes: { id: { DataType: 'String', StringValue: id } } };
    const caller = { kind: 'function', functionName: 'ebbtide-prod-sweep', requestId: REQUEST };
    this.alert(id, state);
    this.#trace.add('call', { service: 'sns', operation: 'Publish', caller, input, ...(fault && { fault }) });
    return this;
  }

  add(kind: 'invocation' | 'dead-letter' | 'log' | 'notification' | 'call', fields: Record<string, unknown>): this {
    this.#trace.add(kind, fields);
    return this;
  }

  /** What the invariant says of it. */
  judge(invariant: Invariant, queues: { name: string; messages: number }[] = []): Verdict {
    const [verdict] = watch(this.#trace, [invariant]).conclude({ atMs: this.#nowMs, queues });
    if (verdict === undefined) throw new Error('no verdict');
    return verdict;
  }
}
