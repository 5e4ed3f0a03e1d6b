import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import type { Topics } from '../sns/topics.ts';
import type { Queues } from '../sqs/queues.ts';
import { parseJson } from '../template-properties.ts';
import type { EventEnvelope } from './bus.ts';
import { retryPauseMs } from './delivery-times.ts';
import type { Target } from './rules.ts';
import { renderInput } from './target-input.ts';

/** Why a target did not take an event. Only a refusal that can pass by itself is tried again. */
export interface DeliveryRefusal {
  readonly code: 'NO_PERMISSIONS' | 'NO_RESOURCE' | 'THROTTLING' | 'SDK_CLIENT_ERROR';
  readonly message: string;
  readonly isRetryable: boolean;
}

/** Hands a payload to one kind of target for a rule; undefined when the target took it. */
export type TargetSender = (send: {
  readonly targetArn: string;
  readonly ruleArn: string;
  readonly payload: string;
}) => DeliveryRefusal | undefined;

export interface Delivered {
  readonly ruleArn: string;
  readonly target: Target;
  readonly event: EventEnvelope;
}

/** EventBridge's service principal, in every policy that lets it in. */
export const EVENTS_PRINCIPAL = 'events.amazonaws.com';

/**
 * Takes events to targets, tries again where that helps, and hands what it cannot deliver to the target's dead-letter
 * queue, or drops it ("Event retry policy and using dead-letter queues", EventBridge User Guide).
 */
export class Delivery {
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #queues: Queues;
  readonly #senders: Readonly<Record<string, TargetSender>>;

  /** @param senders by the service in the target's ARN: `sqs`, `sns`, `lambda` */
  constructor(kernel: Kernel, queues: Queues, senders: Readonly<Record<string, TargetSender>>) {
    this.#kernel = kernel;
    this.#random = kernel.random.fork('event-bridge/retries');
    this.#queues = queues;
    this.#senders = senders;
  }

  deliver(delivered: Delivered): void {
    this.#attempt(delivered, 0, this.#kernel.clock.now());
  }

  #attempt(delivered: Delivered, retries: number, firstAtMs: number): void {
    const { target, ruleArn, event } = delivered;
    const payload = renderInput({ ...event }, target);
    const refusal = this.#send(target.arn, ruleArn, payload);
    if (refusal === undefined) return;
    const pauseMs = retryPauseMs(retries + 1, this.#random.unit());
    const isTooOld = this.#kernel.clock.now() + pauseMs - firstAtMs > target.eventAgeSecondsMax * 1000;
    const exhausted =
      retries >= target.retryAttemptsMax ? 'MaximumRetryAttempts' : isTooOld ? 'MaximumEventAgeInSeconds' : undefined;
    if (!refusal.isRetryable || exhausted !== undefined) {
      this.#giveUp(delivered, refusal, retries, refusal.isRetryable ? exhausted : undefined);
      return;
    }
    this.#kernel.clock.after(pauseMs, () => this.#attempt(delivered, retries + 1, firstAtMs));
  }

  #send(targetArn: string, ruleArn: string, payload: string): DeliveryRefusal | undefined {
    const service = targetArn.split(':')[2] ?? '';
    const sender = this.#senders[service];
    if (sender) return sender({ targetArn, ruleArn, payload });
    return { code: 'NO_RESOURCE', message: `No target ${targetArn}`, isRetryable: false };
  }

  #giveUp(delivered: Delivered, refusal: DeliveryRefusal, retries: number, exhausted: string | undefined): void {
    const { target, ruleArn, event } = delivered;
    const text = (value: string) => ({ DataType: 'String', StringValue: value });
    const attributes = {
      RULE_ARN: text(ruleArn),
      TARGET_ARN: text(target.arn),
      ERROR_CODE: text(refusal.code),
      ERROR_MESSAGE: text(refusal.message),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
      ...(retries > 0 && { RETRY_ATTEMPTS: text(String(retries)) }),
    };
    const saved =
      target.deadLetterArn !== undefined &&
      this.#queues.sendAsService({
        queueArn: target.deadLetterArn,
        service: EVENTS_PRINCIPAL,
        sourceArn: ruleArn,
        message: { body: JSON.stringify(event), attributes, senderId: EVENTS_PRINCIPAL },
      }) === undefined;
    const fate = saved ? 'dead-letter queue' : 'dropped';
    const { code, message } = refusal;
    this.#kernel.trace.add('world', {
      subject: ruleArn,
      change: 'delivery failed',
      target: target.arn,
      code,
      message,
      fate,
    });
  }
}

/** The sender for queues: the queue's policy must let the rule in. */
export function createQueueSender(queues: Queues): TargetSender {
  return ({ targetArn, ruleArn, payload }) => {
    const refusal = queues.sendAsService({
      queueArn: targetArn,
      service: EVENTS_PRINCIPAL,
      sourceArn: ruleArn,
      message: { body: payload, senderId: EVENTS_PRINCIPAL },
    });
    if (refusal === undefined) return undefined;
    const messages = {
      NO_RESOURCE: 'The specified queue does not exist.',
      NO_PERMISSIONS: `User: ${EVENTS_PRINCIPAL} is not authorized to perform: sqs:sendmessage on resource: ${targetArn}`,
    };
    return { code: refusal, message: messages[refusal], isRetryable: false };
  };
}

/** The sender for topics. SNS tells services apart by the topic's policy alone. */
export function createTopicSender(topics: Topics): TargetSender {
  return ({ targetArn, payload }) => {
    const refusal = topics.publishAsService(
      targetArn,
      { service: EVENTS_PRINCIPAL },
      { message: payload, attributes: {} },
    );
    return refusal && { ...refusal, isRetryable: false };
  };
}

/** The sender for functions: an asynchronous invocation, which Lambda queues and retries by itself. */
export function createFunctionSender(
  invokeAsync: (functionArn: string, payload: unknown) => void,
  permits: (functionArn: string, principal: string, sourceArn: string) => boolean,
): TargetSender {
  return ({ targetArn, ruleArn, payload }) => {
    if (!permits(targetArn, EVENTS_PRINCIPAL, ruleArn)) {
      const message = `User: ${EVENTS_PRINCIPAL} is not authorized to perform: lambda:InvokeFunction on resource: ${targetArn}`;
      return { code: 'NO_PERMISSIONS', message, isRetryable: false };
    }
    invokeAsync(targetArn, parseJson(payload));
    return undefined;
  };
}
