import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ProgramObserver, RunningProgram } from '../../services/lambda/program.ts';
import type { ProgramStart } from './programs.ts';
import { errorOf, failure, RESULT_BYTES_MAX, resultOf } from './result.ts';

/**
 * Posts the event of one invocation, with the headers in which Lambda's runtime API describes it ("Using the Lambda
 * runtime API for custom runtimes"). A status other than 2xx, or the header `X-Amz-Function-Error`, is an error of the
 * function.
 */
export function post(start: ProgramStart, observer: ProgramObserver): RunningProgram {
  const { target, requestId } = start;
  if (target.kind !== 'http') throw new Error(`${start.functionName} has no address`);
  const url = new URL(target.url);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  let isOver = false;
  const fail = (error: Error) => {
    if (isOver) return;
    isOver = true;
    observer.finish(failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${target.url}: ${error.message}`));
  };
  const request = send(url, { method: 'POST', headers: headersOf(start) }, (response) => {
    read(response).then((body) => {
      if (isOver) return;
      isOver = true;
      const status = response.statusCode ?? 0;
      const isError = status < 200 || status > 299 || response.headers['x-amz-function-error'] !== undefined;
      const message = `RequestId: ${requestId} Error: ${target.url} answered with status ${status}`;
      observer.finish(
        isError ? errorOf(body, { type: 'Runtime.Unknown', message }) : resultOf(body, "The answer's body"),
      );
    }, fail);
  });
  request.on('error', fail);
  request.end(start.payload);
  return {
    kill() {
      isOver = true;
      request.destroy();
    },
  };
}

function headersOf({ requestId, traceId, functionArn, deadlineMs, payload }: ProgramStart): Record<string, string> {
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(payload)),
    'Lambda-Runtime-Aws-Request-Id': requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': functionArn,
    'Lambda-Runtime-Trace-Id': traceId,
  };
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) if (text.length < RESULT_BYTES_MAX) text += chunk;
  return text;
}
