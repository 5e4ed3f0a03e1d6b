import type { Kernel } from '../../kernel/kernel.ts';
import type { FunctionInvoker, InvocationResult, ResourceProvider } from '../../wire/service.ts';
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
  /** Where a function's discarded events go, and as whom Lambda sends them there. */
  readonly deadLetters?: (
    functionArn: string,
  ) => { readonly deadLetterTargetArn?: string | undefined; readonly roleArn: string } | undefined;
}

export interface AsyncDependencies {
  readonly invoker: FunctionInvoker;
  readonly queues: Queues;
  readonly functions: AsyncFunctionFacts;
  readonly sendAsRole: SendAsRole;
}

const DEFAULT_SETTINGS: AsyncSettings = { retriesMax: ASYNC_RETRY_PAUSES_MS.length, ageMsMax: ASYNC_THROTTLE_AGE_MS };

/**
 * Lambda's queue for asynchronous invocations: a function that fails is tried twice more, one and two minutes later, a
 * throttled one for up to six hours (Lambda Developer Guide, "Error handling for asynchronous invocations").
 */
export function createAsyncInvocations(
  kernel: Kernel,
  { invoker, queues, functions, sendAsRole }: AsyncDependencies,
): { readonly invokeAsync: (functionArn: string, payload: unknown) => void; readonly provider: ResourceProvider } {
  const settings = new Map<string, AsyncSettings>();
  const { region, accountId } = kernel.place;
  const requestIds = kernel.random.fork('lambda/dead-letters');

  const sendDeadLetter = (functionArn: string, payload: unknown, failure: Failure): string | undefined => {
    const { deadLetterTargetArn: targetArn, roleArn = '' } = functions.deadLetters?.(functionArn) ?? {};
    if (targetArn === undefined) return undefined;
    queues.markDeadLetterQueue(targetArn);
    const body = JSON.stringify(payload);
    return sendAsRole({ roleArn, targetArn, body, attributes: deadLetterAttributes(failure) });
  };

  const attempt = async (
    functionArn: string,
    payload: unknown,
    firstAtMs: number,
    failures: number,
    throttles: number,
  ) => {
    let requestId: string | undefined;
    const result = await invoker.invoke(functionArn, payload, (report) => {
      requestId = report.requestId;
    });
    if (result.outcome === 'success') return;
    const { retriesMax, ageMsMax, onFailureQueueArn } = settings.get(functionArn) ?? DEFAULT_SETTINGS;
    const isThrottled = result.outcome === 'throttled';
    const pauseMs = isThrottled
      ? Math.min(ASYNC_THROTTLE_PAUSE_MS.max, ASYNC_THROTTLE_PAUSE_MS.first * 2 ** Math.min(throttles, 10))
      : (ASYNC_RETRY_PAUSES_MS[failures] ?? 0);
    const isTooOld = kernel.clock.now() + pauseMs - firstAtMs > ageMsMax;
    if (isTooOld || (!isThrottled && failures >= retriesMax)) {
      const queue = queues.find(onFailureQueueArn ?? '');
      const condition = isTooOld ? 'EventAgeExceeded' : 'RetriesExhausted';
      const body = { requestContext: { functionArn, condition }, requestPayload: payload, responseContext: result };
      if (queue) queues.send(queue, { body: JSON.stringify(body), senderId: functionArn });
      const deadLetterError = sendDeadLetter(functionArn, payload, {
        requestId: requestId ?? requestIds.uuid(),
        result,
      });
      kernel.trace.add('world', {
        subject: functionArn,
        change: 'asynchronous invocation given up',
        condition,
        ...(deadLetterError === undefined ? {} : { deadLetterError }),
      });
      return;
    }
    kernel.clock.after(pauseMs, () => {
      void attempt(
        functionArn,
        payload,
        firstAtMs,
        failures + (isThrottled ? 0 : 1),
        throttles + (isThrottled ? 1 : 0),
      );
    });
  };

  return {
    invokeAsync: (functionArn, payload) => void attempt(functionArn, payload, kernel.clock.now(), 0, 0),
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
