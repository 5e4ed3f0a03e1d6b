import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ServedWorld } from '../served-world.ts';

/** What a client of a language makes of a call. `lacks`: it is too old to know the operation, or a member of its input. */
export type Answer = { readonly output: unknown } | { readonly lacks: string };

export interface Client {
  /** Rejects with the service's error. */
  call(world: ServedWorld, service: string, operation: string, input: object): Promise<Answer>;
  close(): void;
}

export interface ClientKind {
  readonly name: string;
  readonly isCurrent: boolean;
  start(): Client;
}

const run = promisify(execFile);

export const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_PAGER: '',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
};

export const javaScript: ClientKind = {
  name: 'the JavaScript client',
  isCurrent: true,
  start: () => ({
    async call(world, service, operation, input) {
      return { output: await world.call(service, operation, input) };
    },
    close() {},
  }),
};

/** SQS and others changed their protocol in November 2023: clients of before speak the old one. */
const FIRST_CURRENT = '1.28.81';

/** Every boto3 of this machine: the one in the path, and the system's own, which may be years older. */
export async function installedBoto3(): Promise<readonly (ClientKind & { readonly python: string })[]> {
  const found = await versionsOf(['python3', '/usr/bin/python3'], ['-c', 'import boto3; print(boto3.__version__)']);
  return found.map(([version, python]) => ({
    name: `boto3 ${version}`,
    isCurrent: isAtLeast(version, FIRST_CURRENT),
    python,
    start: () => startBoto3(python),
  }));
}

/** Every AWS CLI of this machine, likewise. One call takes a second: the stories are played with boto3, which they are made of. */
export async function installedClis(): Promise<readonly { readonly name: string; readonly command: string }[]> {
  const found = await versionsOf(['aws', '/usr/bin/aws'], ['--version']);
  // `aws-cli/2.9.19 Python/3.11.2 ...`
  return found.map(([version, command]) => ({ name: version.split(' ')[0] ?? version, command }));
}

/** What the commands that are there say of themselves; of those that say the same, the first. */
async function versionsOf(
  commands: readonly string[],
  args: string[],
): Promise<readonly (readonly [string, string])[]> {
  const known = new Map<string, string>();
  for (const command of commands) {
    const version = await run(command, args).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version !== undefined && !known.has(version)) known.set(version, command);
  }
  return [...known];
}

function startBoto3(python: string): Client {
  const script = path.resolve(import.meta.dirname, 'client.py');
  const child = spawn(python, [script], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call({ url }, service, operation, input) {
      child.stdin.write(`${JSON.stringify([url, service, operation, input])}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${python} ended`);
      const answer = JSON.parse(value) as Answer | { error: string; message: string };
      if ('error' in answer) throw Object.assign(new Error(answer.message), { name: answer.error });
      return answer;
    },
    close: () => void child.kill(),
  };
}

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}
