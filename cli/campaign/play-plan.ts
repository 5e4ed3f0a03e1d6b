import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environmentName } from '../../shared/config/config.ts';
import { watch } from '../../simulator/invariants/invariant.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { Packaged } from '../story/play.ts';
import { buildFleet, completeForeignHooks } from './build-fleet.ts';
import type { FaultKind } from './fault-mix.ts';
import { createFaults } from './faults.ts';
import { settle } from './healing.ts';
import { invariantsFor } from './invariants.ts';
import { findPending, type Pending } from './liveness.ts';
import type { Plan } from './plan.ts';
import type { Strike } from './strikes.ts';
import { makeTrouble } from './trouble.ts';

export interface BrokenInvariant {
  readonly name: string;
  readonly at: string;
  readonly what: string;
  readonly excerpt: readonly TraceEntry[];
}

/** What became of a plan's world. */
export interface Outcome {
  readonly plan: Plan;
  readonly broken: readonly BrokenInvariant[];
  readonly pending: readonly (Pending & { readonly excerpt: readonly TraceEntry[] })[];
  readonly checks: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly strikes: readonly Strike[];
  readonly virtualMs: number;
  readonly instanceHours: number;
  readonly calls: number;
  readonly alerts: number;
  /** Of the whole trace, byte for byte. */
  readonly traceDigest: string;
}

/** Plays the world of a plan. The same plan and package give the same outcome. */
export async function playPlan(
  plan: Plan,
  packaged: Packaged,
  onEntry?: (entry: TraceEntry) => void,
): Promise<Outcome> {
  const faults = createFaults(plan.faults, {
    seed: plan.seed,
    now: () => clock.now(),
    kill: (requestId) => simulator.lambda.kill(requestId),
  });
  const simulator: Simulator = createSimulator({
    seed: plan.seed,
    undocumented: plan.undocumented,
    intercept: faults.intercept,
    deliveryFault: faults.deliveryFault,
  });
  const { trace, clock } = simulator.kernel;
  if (onEntry !== undefined) trace.onEntry(onEntry);
  const invariants = watch(trace, invariantsFor(plan));
  deployWith(simulator, packaged, plan);
  completeForeignHooks(simulator);
  const startMs = clock.now();
  await buildFleet(simulator, plan.clusters);
  await makeTrouble(simulator, plan);
  faults.heal();
  trace.add('note', { text: 'everything heals' });
  const pendingNow = () => findPending(simulator, plan);
  await settle(simulator, plan, () => pendingNow().length === 0);
  const verdicts = invariants.conclude({ atMs: clock.now(), queues: [] });
  return {
    plan,
    broken: verdicts.flatMap(({ name, violation }) => (violation === undefined ? [] : [{ name, ...violation }])),
    pending: pendingNow().map((one) => ({ ...one, excerpt: excerptAbout(trace.entries, one.about) })),
    checks: verdicts.reduce((sum, { checks }) => sum + checks, 0),
    faults: faults.counts(),
    strikes: faults.strikes,
    virtualMs: clock.now() - startMs,
    instanceHours: (simulator.fleet.views.containerInstances().length * (clock.now() - startMs)) / 3_600_000,
    calls: trace.entries.filter(({ kind }) => kind === 'call').length,
    alerts: trace.entries.filter(({ kind }) => kind === 'notification').length,
    traceDigest: digestOf(trace.entries),
  };
}

/** The packaged template with the drawn settings in the functions' environment, as parameters would put them there. */
function deployWith(simulator: Simulator, { templatePath, artifactsDirectory }: Packaged, { settings }: Plan): void {
  const variables = Object.fromEntries(Object.entries(settings).map(([name, value]) => [environmentName(name), value]));
  const template = JSON.parse(readFileSync(templatePath, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { Environment?: { Variables: object } } }>;
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Object.assign(Properties.Environment?.Variables ?? {}, variables);
  }
  const directory = mkdtempSync(path.join(tmpdir(), 'ebbtide-campaign-'));
  try {
    const file = path.join(directory, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    simulator.deploy({ templatePath: file, artifactsDirectory });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const EXCERPT_ENTRIES_MAX = 12;

function excerptAbout(entries: readonly TraceEntry[], about: readonly string[]): TraceEntry[] {
  const matches = entries.filter((entry) => {
    const text = JSON.stringify(entry);
    return about.some((name) => text.includes(name));
  });
  return matches.slice(-EXCERPT_ENTRIES_MAX);
}

function digestOf(entries: readonly TraceEntry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${JSON.stringify(entry)}\n`);
  return hash.digest('hex');
}
