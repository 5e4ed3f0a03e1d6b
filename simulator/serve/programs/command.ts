import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProgramObserver, RunningProgram } from '../../services/lambda/program.ts';
import type { ProgramStart } from './programs.ts';
import { errorOf, failure, RESULT_BYTES_MAX, resultOf } from './result.ts';

/**
 * Starts a command for one invocation: the event on its standard input, the result on its standard output, its log on
 * standard error. An exit code other than 0 is an error of the function.
 */
export function runCommand(start: ProgramStart, observer: ProgramObserver): RunningProgram {
  const { target } = start;
  if (target.kind !== 'command') throw new Error(`${start.functionName} is no command`);
  const [program = '', ...args] = target.argv;
  // A group of its own: what the command starts is killed with it.
  const child = spawn(program, args, { cwd: target.directory, env: environmentOf(start), detached: true });
  let isOver = false;
  let output = '';
  const kill = () => {
    isOver = true;
    killGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const logged = createInterface({ input: child.stderr }).on('line', observer.log);
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (output.length < RESULT_BYTES_MAX) output += chunk;
  });
  // A command need not read its event.
  child.stdin.on('error', () => {});
  child.stdin.end(start.payload);
  child.on('error', (error) => {
    if (isOver || child.pid !== undefined) return;
    isOver = true;
    const message = `Error: ${program} cannot be started in ${target.directory}: ${error.message}`;
    observer.finish(failure('Runtime.InvalidEntrypoint', `RequestId: ${start.requestId} ${message}`));
  });
  child.on('close', (code, signal) => {
    logged.close();
    if (isOver) return;
    isOver = true;
    if (code === 0) return observer.finish(resultOf(output, 'Standard output'));
    const how = code === null ? `signal: ${signal}` : `exit status ${code}`;
    const message = `RequestId: ${start.requestId} Error: Runtime exited with error: ${how}`;
    observer.finish(errorOf(output, { type: 'Runtime.ExitError', message }));
  });
  return { kill };
}

/**
 * The function's variables, over the machine's own without any of AWS: the program is to find the simulated account and
 * no other.
 */
function environmentOf({ hostEnvironment, environment, endpoint, deadlineMs, ...start }: ProgramStart) {
  const inherited = Object.entries(hostEnvironment).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, withServedQueues(value, endpoint)]),
    ),
    AWS_ENDPOINT_URL: endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    LAMBDA_REQUEST_ID: start.requestId,
    LAMBDA_DEADLINE_MS: String(deadlineMs),
    LAMBDA_FUNCTION_ARN: start.functionArn,
  };
}

/** A queue's URL from the template, for clients that send to the host of the URL and not to their endpoint. */
function withServedQueues(value: string, endpoint: string): string {
  return value.replaceAll(/https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com(?=\/\d{12}\/)/g, endpoint);
}

function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
