import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { environmentName } from '../../shared/config/config.ts';
import type { SettingName } from '../../shared/config/settings.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.ts';
import { packageOnce } from '../packaged.ts';

export const minutes = (count: number): number => count * 60_000;
export const seconds = (count: number): number => count * 1_000;

/** The packaged product, deployed into a simulated account with one cluster `prod`, and what a scenario asks of it. */
export interface Box {
  readonly simulator: Simulator;
  readonly world: Simulator['fleet']['world'];
  readonly views: Simulator['fleet']['views'];
  /** What on-call has got from Ebbtide's topic, without the stack's own alarms. */
  alerts(): Notification[];
  /** The calls that Ebbtide's functions made, of these operations or of all. */
  calls(...operations: string[]): CallEntry[];
  /** What the functions logged, parsed. */
  logs(message?: string): LogLine[];
  deadLetters(): TraceEntry[];
  /** `Simulator.runFor`, in virtual milliseconds. */
  run(durationMs: number): Promise<void>;
}

export interface Notification {
  readonly at: string;
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface CallEntry {
  readonly at: string;
  readonly service: string;
  readonly operation: string;
  readonly functionName: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly error: { readonly code: string } | undefined;
}

export interface LogLine {
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** As an operator gives them. */
export type Settings = Partial<Record<SettingName, string>>;

export interface BoxOptions extends Partial<SimulatorOptions> {
  /** In place of the defaults. */
  readonly settings?: Settings;
  /** Properties of the stack's resources, by logical id, as somebody may have changed them by hand. */
  readonly changed?: Readonly<Record<string, object>>;
}

export async function openBox({ settings = {}, changed = {}, ...options }: BoxOptions = {}): Promise<Box> {
  const packaged = await packageOnce();
  const simulator = createSimulator({ seed: 1, ...options });
  simulator.deploy({
    templatePath: withChanges(packaged.templateFile, settings, changed),
    artifactsDirectory: path.dirname(packaged.templateFile),
  });
  const { world, views } = simulator.fleet;
  const { trace } = simulator.kernel;
  const entries = (kind: TraceEntry['kind']) => trace.entries.filter((entry) => entry.kind === kind);
  world.createCluster({ name: 'prod' });
  return {
    simulator,
    world,
    views,
    alerts: () =>
      (entries('notification') as unknown as Notification[]).filter(({ message }) => !message.startsWith('{')),
    calls: (...operations) =>
      entries('call')
        .flatMap((entry) => toCall(entry) ?? [])
        .filter(({ operation }) => operations.length === 0 || operations.includes(operation)),
    logs: (message) =>
      entries('log')
        .flatMap(({ at, line }) => (typeof line === 'object' ? [{ at, ...line } as LogLine] : []))
        .filter((line) => message === undefined || line.message === message),
    deadLetters: () => entries('dead-letter'),
    run: (durationMs) => simulator.runFor(durationMs),
  };
}

/** As a deployment of the stack with other values of these settings does. */
export function redeploy(box: Box, settings: Settings): void {
  for (const { arn, environment } of box.simulator.lambda.functions()) {
    box.simulator.lambda.configure(arn, { ...environment, ...variablesOf(settings) });
  }
}

function variablesOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [environmentName(name), value]));
}

/** The packaged template with other values in the functions' environment, as other parameters give them. */
function withChanges(templateFile: string, settings: Settings, changed: Readonly<Record<string, object>>): string {
  if (Object.keys(settings).length + Object.keys(changed).length === 0) return templateFile;
  const variables = variablesOf(settings);
  const template = JSON.parse(readFileSync(templateFile, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { Environment?: { Variables: object } } }>;
  };
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Object.assign(Properties.Environment?.Variables ?? {}, variables);
    Object.assign(Properties, changed[id]);
  }
  const file = path.join(mkdtempSync(path.join(inject('runDirectory'), 'settings-')), 'template.json');
  writeFileSync(file, JSON.stringify(template));
  return file;
}

function toCall(entry: TraceEntry): CallEntry | undefined {
  const { caller, at, service, operation, input, error } = entry as unknown as CallEntry & {
    caller: { kind: string; functionName: string };
  };
  if (caller.kind !== 'function') return undefined;
  return { at, service, operation, functionName: caller.functionName, input, error };
}
