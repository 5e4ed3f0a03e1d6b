import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UnmodelledResources } from '../../simulator/deploy/deploy.ts';
import { parseTemplate } from '../../simulator/deploy/template-document.ts';
import { applyFleet, type WorldTime } from '../../simulator/fleet-document/apply.ts';
import { parseFleetDocument, parseUserDocument } from '../../simulator/fleet-document/parse.ts';
import { attachFunctions, programTarget } from '../../simulator/serve/functions/attach.ts';
import { type FunctionsDocument, functionsSchema } from '../../simulator/serve/functions/schema.ts';
import { Programs } from '../../simulator/serve/programs/programs.ts';
import type { RealTime } from '../../simulator/serve/real-time.ts';
import { type SimulatorServer, serve } from '../../simulator/serve/server.ts';
import { isProgram } from '../../simulator/services/lambda/function.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { ServeOptions } from './options.ts';
import { showPrograms } from './programs-view.ts';

/** Long enough for a fleet to come up before the present, so that the world and its clients have the same time. */
const HEAD_START_MS = 15 * 60_000;
/** With programs those minutes cost real time: one that is called every minute runs in each of them. */
const HEAD_START_WITH_PROGRAMS_MS = 5 * 60_000;
/** What `trace` and `list-events` look back on. Events are large, and a world that is served for days is not to fill the memory. */
const TRACE_ENTRIES_MAX = 2_000;

/** Something that the user gave cannot be served; the message says what and why. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface Started {
  readonly simulator: Simulator;
  readonly server: SimulatorServer;
}

const realTime: RealTime = {
  nowMs: () => performance.now(),
  wakeAfter: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Reads and checks everything, lets the fleet come up and time come to the present, and listens: only then does anybody
 * see a server. Programs of functions call it, so that where there are some it listens before any time passes, and lets
 * time go on from there.
 *
 * @throws StartError, FleetDocumentError
 */
export async function start(options: ServeOptions): Promise<Started> {
  const fleet = options.fleet === undefined ? undefined : parseFleetDocument(read(options.fleet), options.fleet);
  const functions = readFunctions(options.functions);
  const template = options.template === undefined ? undefined : parseTemplate(read(options.template), options.template);
  const stepped = options.stepped === true;
  const expectsPrograms = functions.functions.length > 0 || options.function.size > 0;
  const headStartMs = expectsPrograms ? HEAD_START_WITH_PROGRAMS_MS : HEAD_START_MS;
  const programs = new Programs({ realTime, epochMs: () => Date.now(), hostEnvironment: process.env });
  const simulator = createSimulator({
    seed: options.seed,
    ...(stepped ? {} : { startMs: Date.now() - headStartMs }),
    runProgram: programs.run,
  });
  simulator.kernel.trace.keepAtMost(TRACE_ENTRIES_MAX);
  showPrograms(simulator, tell);
  let server: SimulatorServer | undefined;
  const time: WorldTime = {
    enter: async (work) => (server === undefined ? work() : server.driver.enter(work)),
    advance: (durationMs) => (server === undefined ? simulator.runFor(durationMs) : server.driver.advance(durationMs)),
  };
  const onGroups = async () => {
    deployFunctions(simulator, options, { functions: functions.functions, template });
    if (simulator.lambda.functions().some(isProgram)) server = await listen(simulator, options, programs);
  };
  try {
    if (fleet === undefined) await onGroups();
    else for (const line of await applyFleet(simulator, fleet, { time, onGroups })) tell(line);
    const behindMs = Date.now() - simulator.kernel.clock.now();
    if (!stepped && behindMs > 0) await time.advance(behindMs);
    return { simulator, server: server ?? (await listen(simulator, options)) };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

function listen(simulator: Simulator, options: ServeOptions, programs?: Programs): Promise<SimulatorServer> {
  const { port, speed } = options;
  return serve(simulator, {
    port,
    pace: options.stepped === true ? { kind: 'stepped' } : { kind: 'real-time', speed, realTime },
    ...(programs === undefined ? {} : { programs }),
    onDefect: (error) => console.error('The simulator has a defect:', error),
  }).catch((error: unknown) => {
    throw new StartError(cannotListen(error, port), { cause: error });
  });
}

function readFunctions(file: string | undefined): FunctionsDocument {
  return file === undefined ? { functions: [] } : parseUserDocument(read(file), file, functionsSchema);
}

interface Documents extends FunctionsDocument {
  readonly template: object | undefined;
}

/** Functions of the document that the template has too say where their code is; the others are functions of their own. */
function deployFunctions(simulator: Simulator, options: ServeOptions, document: Documents): void {
  const directory = path.dirname(path.resolve(options.functions ?? '.'));
  const targets = document.functions.map((fn) => [fn.name, programTarget(fn, directory)] as const);
  const programs = new Map([...targets, ...options.function]);
  const bound =
    document.template === undefined
      ? new Set<string>()
      : deployTemplate(simulator, document.template, options, programs);
  const unbound = [...options.function.keys(), ...options.code.keys()].filter((name) => !bound.has(name));
  if (unbound.length > 0) throw new StartError(`${unbound.join(', ')}: no function of a template has this name`);
  const functions = document.functions.filter(({ name }) => !bound.has(name));
  try {
    if (functions.length > 0) attachFunctions(simulator, { functions }, directory);
  } catch (error) {
    throw new StartError(`${options.functions}: ${messageOf(error)}`, { cause: error });
  }
}

/** @returns the logical ids and names of the template's functions */
function deployTemplate(
  simulator: Simulator,
  template: object,
  { template: file = '', parameter, code, existing, skipUnmodelled }: ServeOptions,
  programs: NonNullable<Parameters<Simulator['deploy']>[0]['sources']>['programs'],
): Set<string> {
  try {
    const stack = simulator.deploy({
      template,
      artifactsDirectory: path.dirname(path.resolve(file)),
      parameters: Object.fromEntries(parameter),
      existing,
      sources: { code, ...(programs === undefined ? {} : { programs }) },
      unmodelled: skipUnmodelled === true ? 'leave-out' : 'refuse',
    });
    for (const what of stack.leftOut) tell(`${file}: left out: ${what}`);
    const functions = [...stack.resources].filter(([, { type }]) => type === 'AWS::Lambda::Function');
    return new Set(functions.flatMap(([logicalId, { ref }]) => [logicalId, ref]));
  } catch (error) {
    const way = error instanceof UnmodelledResources ? '; --skip-unmodelled leaves it out' : '';
    throw new StartError(`${file} cannot be deployed: ${messageOf(error)}${way}`, { cause: error });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function cannotListen(error: unknown, port: number): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port} is in use; --port chooses another, --port 0 any that is free.`;
  return `Port ${port} cannot be served: ${messageOf(error)}`;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
