import { builtinModules } from 'node:module';
import type { Metafile } from 'esbuild';

/** The SDK's clients, and the prefix of their IAM actions. */
const prefixes: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  dynamodb: 'dynamodb',
  ec2: 'ec2',
  ecs: 'ecs',
  eventbridge: 'events',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
};

/** Operations whose IAM action has another name (Service Authorization Reference). */
const actions: Readonly<Record<string, string>> = {
  'sqs:SendMessageBatch': 'sqs:SendMessage',
};

/** In every bundle with the client, which imports it itself, for endpoint discovery: switched off unless configured. */
const unreachable = new Set(['dynamodb:DescribeEndpoints']);

/**
 * The IAM actions that a bundle's code can call: each operation of the SDK is a class in a module of its own, which
 * esbuild drops unless something that is kept names it. So what is in the bundle may be called, and what is not cannot
 * be. A way around it (an AWS client that is not bundled, a client's CommonJS build, the clients with a method for
 * every operation) is an error or shows up as calls.
 */
export function listBundledCalls(metafile: Metafile): Set<string> {
  const calls = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const { path } of output.imports) {
      if (!isBuiltin(path)) throw new Error(`The bundle leaves ${path} to the Lambda runtime`);
    }
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput === 0) continue;
      if (/@aws-sdk\/client-[^/]+\/dist-cjs\//.test(input)) throw new Error(`${input} cannot be tree-shaken`);
      const match = /@aws-sdk\/client-([^/]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(input);
      const action = match === null ? undefined : toAction(match[1] ?? '', match[2] ?? '');
      if (action !== undefined && !unreachable.has(action)) calls.add(action);
    }
  }
  return calls;
}

function toAction(client: string, operation: string): string {
  const prefix = prefixes[client];
  if (prefix === undefined) throw new Error(`Which IAM prefix has @aws-sdk/client-${client}?`);
  const action = `${prefix}:${operation}`;
  return actions[action] ?? action;
}

function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path);
}
