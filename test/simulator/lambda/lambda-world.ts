import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createKernel, type Kernel } from '../../../simulator/kernel/kernel.ts';
import type { TraceEntry, TraceKind } from '../../../simulator/kernel/trace.ts';
import { loadBundle } from '../../../simulator/services/lambda/bundle.ts';
import type { BundledFunction } from '../../../simulator/services/lambda/function.ts';
import { createLambda, type Lambda } from '../../../simulator/services/lambda/lambda.ts';
import { Credentials } from '../../../simulator/wire/credentials.ts';
import type { InvocationResult, SimulatedService } from '../../../simulator/wire/service.ts';
import { settle } from '../../../simulator/wire/settle.ts';
import { createWire, type WireOptions } from '../../../simulator/wire/wire.ts';

export interface LambdaWorld {
  readonly kernel: Kernel;
  readonly lambda: Lambda;
  /** Deploys a function from source texts by path; its handler is `index.handler`. */
  deploy(files: Readonly<Record<string, string>>, configuration?: Partial<BundledFunction>): string;
  /** Invokes a function and lets time go on until it is over. */
  invoke(arn: string, payload?: unknown): Promise<InvocationResult>;
  entries(kind: TraceKind): readonly TraceEntry[];
  lines(): readonly unknown[];
}

export interface LambdaWorldOptions extends Partial<WireOptions> {
  readonly seed?: number;
  readonly services?: readonly SimulatedService[];
  readonly accountConcurrency?: number;
  clockSkewMs?(functionName: string): number;
}

export function createLambdaWorld(options: LambdaWorldOptions = {}): LambdaWorld {
  const kernel = createKernel({ seed: options.seed ?? 11 });
  const credentials = new Credentials();
  const wire = createWire(kernel, options.services ?? [], {
    authorize: () => undefined,
    onDefect: (error) => {
      throw error;
    },
    ...options,
    credentials,
  });
  const lambda = createLambda(kernel, { ...options, credentials, send: (request) => wire.handle(request) });
  const entries = (kind: TraceKind) => kernel.trace.entries.filter((entry) => entry.kind === kind);
  let count = 0;
  return {
    kernel,
    lambda,
    deploy(files, configuration = {}) {
      const name = configuration.name ?? `function-${count++}`;
      const arn = `arn:aws:lambda:eu-central-1:111122223333:function:${name}`;
      lambda.deploy({
        name,
        arn,
        roleArn: 'arn:aws:iam::111122223333:role/role',
        bundle: loadBundle(writeFiles(files)),
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3_000,
        memoryMb: 128,
        environment: {},
        logGroupName: `/aws/lambda/${name}`,
        logFormat: 'Text',
        reservedConcurrency: undefined,
        ...configuration,
      });
      return arn;
    },
    invoke: (arn, payload) => settle(kernel.clock, lambda.invoke(arn, payload)),
    entries,
    lines: () => entries('log').map(({ line }) => line),
  };
}

/** Writes source files into a directory that goes when the test is over. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** The files of a function whose only file is `index.js`. */
export function handler(body: string): Record<string, string> {
  return { 'index.js': body };
}
