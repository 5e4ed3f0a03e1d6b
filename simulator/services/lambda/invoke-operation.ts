import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { AwsError } from '../../wire/aws-error.ts';
import type { InvocationResult } from '../../wire/service.ts';
import { parseJson } from '../template-properties.ts';
import type { LambdaFunction } from './function.ts';
import type { InvocationReport, Lambda } from './lambda.ts';
import type { NamedFunction } from './named-function.ts';

export interface Invocations {
  readonly lambda: Lambda;
  readonly invokeAsync: (functionArn: string, payload: unknown) => void;
  readonly named: (input: InvocationRequest) => NamedFunction;
}

/** Lambda Developer Guide, "Lambda quotas": 6 MB for a synchronous invocation, 1 MB for an asynchronous one. */
const PAYLOAD_BYTES_MAX = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 };
/** Invoke API reference, LogType: "the last 4 KB of the execution log". */
const LOG_TAIL_BYTES = 4_096;

/**
 * The Invoke operation. What a function does wrong is a 200 with `FunctionError`; what keeps it from being invoked is an
 * error of the API.
 */
export async function invoke({ lambda, invokeAsync, named }: Invocations, input: InvocationRequest): Promise<Answer> {
  const { InvocationType: type = 'RequestResponse', LogType } = input;
  const text = String(input.Payload ?? '');
  checkSize(text, type);
  const { fn, arn, version } = named(input);
  if (fn === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
  const payload = readPayload(text);
  if (type === 'DryRun') return { StatusCode: 204 };
  if (type === 'Event') {
    invokeAsync(fn.arn, payload);
    return { StatusCode: 202 };
  }
  const reports: InvocationReport[] = [];
  const result = await lambda.invoke(fn.arn, payload, (report) => reports.push(report));
  if (result.outcome === 'throttled') throw tooManyRequests(fn);
  const [report] = reports;
  const log = LogType === 'Tail' && report !== undefined ? { LogResult: tailOf(fn, version, report, result) } : {};
  return { StatusCode: 200, ExecutedVersion: version, ...log, ...resultOf(result, report) };
}

type Answer = Omit<InvocationResponse, 'Payload'> & { readonly Payload?: string };

/** The texts are those that callers see in practice; the model's name for the code is RequestTooLargeException. */
function checkSize(text: string, type: keyof typeof PAYLOAD_BYTES_MAX): void {
  const max = PAYLOAD_BYTES_MAX[type];
  if (Buffer.byteLength(text) <= max) return;
  const message = `Request must be smaller than ${max} bytes for the InvokeFunction operation`;
  throw new AwsError('RequestTooLargeException', message, { status: 413 });
}

function readPayload(text: string): unknown {
  if (text === '') return {};
  const payload = parseJson(text);
  if (payload !== undefined) return payload;
  throw new AwsError(
    'InvalidRequestContentException',
    'Could not parse request body into json: it is no JSON document',
  );
}

function tooManyRequests(fn: LambdaFunction): AwsError {
  const Reason =
    fn.reservedConcurrency === undefined
      ? 'ConcurrentInvocationLimitExceeded'
      : 'ReservedFunctionConcurrentInvocationLimitExceeded';
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, members: { Reason } });
}

function resultOf(result: Exclude<InvocationResult, { outcome: 'throttled' }>, report: InvocationReport | undefined) {
  if (result.outcome === 'success') return { Payload: JSON.stringify(result.payload) };
  const { errorMessage } = result;
  const trace = report?.stack ?? [];
  const error =
    result.outcome === 'timeout'
      ? { errorType: 'Sandbox.Timedout', errorMessage }
      : { errorType: result.errorType, errorMessage, ...(trace.length > 0 && { trace }) };
  return { FunctionError: 'Unhandled', Payload: JSON.stringify(error) };
}

/** The platform's own lines around the function's ("Using the Lambda function logs"); how much memory was used is not simulated. */
function tailOf(fn: LambdaFunction, version: string, report: InvocationReport, result: InvocationResult): string {
  const { requestId, lines, durationMs } = report;
  const log = [
    `START RequestId: ${requestId} Version: ${version}`,
    ...lines,
    ...(result.outcome === 'timeout' ? [result.errorMessage] : []),
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${fn.memoryMb} MB`,
    '',
  ].join('\n');
  return Buffer.from(log).subarray(-LOG_TAIL_BYTES).toString('base64');
}
