import { Console } from 'node:console';
import type { Writable } from 'node:stream';
import { format } from 'node:util';
import type { SandboxHost } from './host.ts';

const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const;

/**
 * The global console as Lambda's Node.js runtime patches it (Lambda Developer Guide, "Log and monitor Node.js Lambda
 * functions"): time, request id and level before the text, or one JSON document per call with the JSON log format.
 * A `Console` that code makes for itself over `process.stdout` writes its lines as they are.
 */
export function createLambdaConsole(host: SandboxHost, stdout: Writable): Console {
  const console = new Console({ stdout, stderr: stdout });
  const isJson = host.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  for (const [method, level] of Object.entries(LEVELS)) {
    const write = (...args: unknown[]) => {
      const timestamp = new Date(host.now()).toISOString();
      const requestId = host.requestId();
      const message = format(...args);
      host.log(
        isJson
          ? JSON.stringify({ timestamp, level, requestId, message })
          : `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${message}`,
      );
    };
    Object.defineProperty(console, method, { value: write, writable: true, configurable: true, enumerable: true });
  }
  return console;
}
