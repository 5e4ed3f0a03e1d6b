import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, onTestFinished } from 'vitest';
import { applyFleet } from '../../../simulator/fleet-document/apply.ts';
import { parseFleetDocument, parseUserDocument } from '../../../simulator/fleet-document/parse.ts';
import type { TraceEntry } from '../../../simulator/kernel/trace.ts';
import { attachFunctions } from '../../../simulator/serve/functions/attach.ts';
import { functionsSchema } from '../../../simulator/serve/functions/schema.ts';
import { Programs } from '../../../simulator/serve/programs/programs.ts';
import { type SimulatorServer, serve } from '../../../simulator/serve/server.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { FLEET } from './served-world.ts';

export interface ProgramWorld {
  readonly simulator: Simulator;
  readonly url: string;
  readonly defects: unknown[];
  /** Lets time go ahead, in seconds. */
  advance(seconds: number): Promise<void>;
  /** Entries about invocations, in order. */
  invocations(): readonly TraceEntry[];
  lines(): readonly unknown[];
}

const open: SimulatorServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

export interface ProgramWorldOptions {
  /** A functions document. */
  readonly functions: object;
  /** Files beside it, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly fleet?: string;
}

/** A stepped world whose functions are real programs of this machine. */
export async function serveProgramWorld(options: ProgramWorldOptions): Promise<ProgramWorld> {
  const directory = options.directory ?? temporaryDirectory();
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(directory, name), text);
  const programs = new Programs({
    realTime: {
      nowMs: () => performance.now(),
      wakeAfter: (delayMs, wake) => {
        const timer = setTimeout(wake, delayMs);
        return () => clearTimeout(timer);
      },
    },
    epochMs: () => Date.now(),
    hostEnvironment: { ...process.env, AWS_PROFILE: 'a-real-account' },
  });
  const simulator = createSimulator({ seed: 1, runProgram: programs.run });
  await applyFleet(simulator, parseFleetDocument(options.fleet ?? FLEET, 'fleet.yml'));
  const document = parseUserDocument(JSON.stringify(options.functions), 'functions.json', functionsSchema);
  attachFunctions(simulator, document, directory);
  const defects: unknown[] = [];
  const onDefect = (error: unknown) => defects.push(error);
  const server = await serve(simulator, { port: 0, pace: { kind: 'stepped' }, onDefect, programs });
  open.push(server);
  const entries = (kind: string) => simulator.kernel.trace.entries.filter((entry) => entry.kind === kind);
  return {
    simulator,
    url: server.url,
    defects,
    advance: (seconds) => server.driver.advance(seconds * 1_000),
    invocations: () => entries('invocation'),
    lines: () => entries('log').map(({ line }) => line),
  };
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'functions-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A functions document with one function, which is a program for Node.js in `program.mjs`. */
export function nodeFunction(settings: object): object {
  return { functions: [{ name: 'program', command: [process.execPath, 'program.mjs'], ...settings }] };
}
