import type { Kernel } from '../../kernel/kernel.ts';
import type { FunctionInvoker, InvocationResult, ResourceProvider } from '../../wire/service.ts';
import { isRecursiveLoop, NO_CHAIN, oneMore, type RequestChain } from '../lambda/request-chain.ts';
import type { SendAsRole } from '../role-sender.ts';
import type { Queues } from '../sqs/queues.ts';
import { numberOf, objectOf, refuseUnknown, requiredTextOf, textOf } from '../template-properties.ts';
import { ASYNC_RETRY_PAUSES_MS, ASYNC_THROTTLE_AGE_MS, ASYNC_THROTTLE_PAUSE_MS } from './delivery-times.ts';

interface AsyncSettings {
  readonly retriesMax: number;
  readonly ageMsMax: number;
  readonly onFailureQueueArn?: string;
}

export interface AsyncFunctionFacts {
  /** Where a function's discarded events go, as whom Lambda sends them there, and whether it may be in a loop. */
  readonly find?: (functionArn: string) =>
    | {
        readonly deadLetterTargetArn?: string | undefined;
        readonly roleArn: string;
        readonly allowsRecursiveLoop?: boolean | undefined;
      }
    | undefined;
}

export interface AsyncDependencies {
  readonly invoker: FunctionInvoker;
  readonly queues: Queues;
  readonly functions: AsyncFunctionFacts;
  readonly sendAsRole: SendAsRole;
}

/** @param chain what has brought the event about */
export type InvokeAsync = (functionArn: string, payload: unknown, chain?: RequestChain) => void;

const DEFAULT_SETTINGS: AsyncSettings = { retriesMax: ASYNC_RETRY_PAUSES_MS.length, ageMsMax: ASYNC_THROTTLE_AGE_MS };

/**
 * Lambda's queue for asynchronous invocations: a function that fails is tried twice more, one and two minutes later, a
 * throttled one for up to six hours (Lambda Developer Guide, "Error handling for asynchronous invocations").
 */
export function createAsyncInvocations(
  kernel: Kernel,
  { invoker, queues, functions, sendAsRole }: AsyncDependencies,
): { readonly invokeAsync: InvokeAsync; readonly provider: ResourceProvider } {
  const settings = new Map<string, AsyncSettings>();
  const { region, accountId } = kernel.place;
  const requestIds = kernel.random.fork('lambda/dead-letters');

  const sendDeadLetter = (functionArn: string, payload: unknown, failure: Failure): string | undefined => {
    const { deadLetterTargetArn: targetArn, roleArn = '' } = functions.find?.(functionArn) ?? {};
    if (targetArn === undefined) return undefined;
    queues.markDeadLetterQueue(targetArn);
    const body = JSON.stringify(payload);
    return sendAsRole({ roleArn, targetArn, body, attributes: deadLetterAttributes(failure) });
  };

  /** The event leaves the queue for good: to the destination on failure and to the dead-letter queue, where they are. */
  const giveUp = ({ functionArn, payload }: AsyncEvent, { condition, requestId, result }: GivenUp): void => {
    const queue = queues.find(settings.get(functionArn)?.onFailureQueueArn ?? '');
    const body = { requestContext: { functionArn, condition }, requestPayload: payload, responseContext: result };
    if (queue) queues.send(queue, { body: JSON.stringify(body), senderId: functionArn });
    const deadLetterError = sendDeadLetter(functionArn, payload, { requestId: requestId ?? requestIds.uuid(), result });
    kernel.trace.add('world', {
      subject: functionArn,
      change: 'asynchronous invocation given up',
      condition,
      ...(deadLetterError === undefined ? {} : { deadLetterError }),
    });
  };

  const attempt = async (event: AsyncEvent, failures: number, throttles: number) => {
    const { functionArn, payload, firstAtMs, chain } = event;
    let requestId: string | undefined;
    const noteId = (report: { readonly requestId: string }) => {
      requestId = report.requestId;
    };
    const result = await invoker.invoke(functionArn, payload, noteId, oneMore(chain, functionArn));
    if (result.outcome === 'success') return;
    const { retriesMax, ageMsMax } = settings.get(functionArn) ?? DEFAULT_SETTINGS;
    const isThrottled = result.outcome === 'throttled';
    const pauseMs = isThrottled
      ? Math.min(ASYNC_THROTTLE_PAUSE_MS.max, ASYNC_THROTTLE_PAUSE_MS.first * 2 ** Math.min(throttles, 10))
      : (ASYNC_RETRY_PAUSES_MS[failures] ?? 0);
    const isTooOld = kernel.clock.now() + pauseMs - firstAtMs > ageMsMax;
    if (isTooOld || (!isThrottled && failures >= retriesMax)) {
      giveUp(event, { condition: isTooOld ? 'EventAgeExceeded' : 'RetriesExhausted', requestId, result });
      return;
    }
    kernel.clock.after(pauseMs, () => {
      void attempt(event, failures + (isThrottled ? 0 : 1), throttles + (isThrottled ? 1 : 0));
    });
  };

  const begin = (functionArn: string, payload: unknown, chain: RequestChain = NO_CHAIN): void => {
    const event = { functionArn, payload, firstAtMs: kernel.clock.now(), chain };
    if (isRecursiveLoop(chain, functionArn) && functions.find?.(functionArn)?.allowsRecursiveLoop !== true) {
      giveUp(event, { condition: 'RecursiveInvocationDropped', requestId: undefined, result: LOOP });
      return;
    }
    void attempt(event, 0, 0);
  };

  return {
    invokeAsync: begin,
    provider: {
      create(properties) {
        refuseUnknown('AWS::Lambda::EventInvokeConfig', properties, [
          'FunctionName',
          'Qualifier',
          'MaximumRetryAttempts',
          'MaximumEventAgeInSeconds',
          'DestinationConfig',
        ]);
        const name = requiredTextOf(properties, 'FunctionName');
        const functionArn = name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
        const destination = objectOf(objectOf(properties, 'DestinationConfig') ?? {}, 'OnFailure') ?? {};
        const onFailureQueueArn = textOf(destination, 'Destination');
        if (onFailureQueueArn !== undefined) queues.markDeadLetterQueue(onFailureQueueArn);
        settings.set(functionArn, {
          retriesMax: numberOf(properties, 'MaximumRetryAttempts', { min: 0, max: 2 }) ?? 2,
          ageMsMax: (numberOf(properties, 'MaximumEventAgeInSeconds', { min: 60, max: 21_600 }) ?? 21_600) * 1000,
          ...(onFailureQueueArn !== undefined && { onFailureQueueArn }),
        });
        return { ref: `${functionArn}|$LATEST`, attributes: {} };
      },
    },
  };
}

interface AsyncEvent {
  readonly functionArn: string;
  readonly payload: unknown;
  readonly firstAtMs: number;
  readonly chain: RequestChain;
}

interface GivenUp {
  readonly condition: string;
  /** Undefined where no invocation has begun. */
  readonly requestId: string | undefined;
  readonly result: Failure['result'];
}

const LOOP = {
  outcome: 'error',
  errorType: 'RecursiveInvocationException',
  errorMessage: 'The function was invoked too often in one chain of requests: a recursive loop.',
} as const;

interface Failure {
  readonly requestId: string;
  readonly result: Exclude<InvocationResult, { outcome: 'success' }>;
}

const ERROR_MESSAGE_BYTES_MAX = 1_024;

/** "Dead-letter queue message attributes", Lambda Developer Guide: the status is what Invoke would have answered. */
function deadLetterAttributes({ requestId, result }: Failure) {
  const isThrottled = result.outcome === 'throttled';
  const message = Buffer.from(isThrottled ? 'Rate Exceeded.' : result.errorMessage);
  return {
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: isThrottled ? '429' : '200' },
    ErrorMessage: { DataType: 'String', StringValue: message.subarray(0, ERROR_MESSAGE_BYTES_MAX).toString() },
  };
}
