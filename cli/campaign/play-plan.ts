import { readFileSync } from 'node:fs';
import { environmentName } from '../../shared/config/config.ts';
import { watch } from '../../simulator/invariants/invariant.ts';
import type { Trace, TraceEntry } from '../../simulator/kernel/trace.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { CallAttempt, Interception } from '../../simulator/wire/wire.ts';
import { completeBackups } from '../story/other-team.ts';
import type { Packaged } from '../story/play.ts';
import { buildFleet } from './build-fleet.ts';
import { keepChronicle } from './chronicle.ts';
import type { FaultKind } from './fault-mix.ts';
import { createFaults, strikeByBoth } from './faults.ts';
import { FOREIGN_HOOK } from './fleet-plan.ts';
import { listenForSpared, settle } from './healing.ts';
import { invariantsFor } from './invariants.ts';
import { findPending, type Pending } from './liveness.ts';
import type { Plan } from './plan.ts';
import type { Strike } from './strikes.ts';
import type { ChangedMs } from './terms.ts';
import { makeTrouble } from './trouble.ts';
import { type BrokenInvariant, excerptAbout, recordingViolations } from './violations.ts';

/** What became of a plan's world. */
export interface Outcome {
  readonly plan: Plan;
  readonly broken: readonly BrokenInvariant[];
  readonly pending: readonly (Pending & { readonly excerpt: readonly TraceEntry[] })[];
  readonly checks: number;
  /** What was done to the fleet, and when everything healed. */
  readonly pushed: readonly { readonly at: string; readonly text: string }[];
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly strikes: readonly Strike[];
  /** When trouble began, in epoch milliseconds. */
  readonly troubleMs: number;
  readonly virtualMs: number;
  readonly instanceHours: number;
  readonly calls: number;
  readonly alerts: number;
  /** Of the whole trace, byte for byte. */
  readonly traceDigest: string;
}

export interface PlayOptions {
  onEntry?(entry: TraceEntry): void;
  /** Strikes calls before the plan's own faults do: the same plan then gives what this makes of it. */
  spoil?(attempt: CallAttempt): Interception | undefined;
  /** Ends the world as soon as an invariant is broken. */
  readonly stopWhenBroken?: boolean;
}

const MINUTE_MS = 60_000;

/** Plays the world of a plan. The same plan and package give the same outcome. */
export async function playPlan(plan: Plan, packaged: Packaged, options: PlayOptions = {}): Promise<Outcome> {
  const faults = createFaults(plan.faults, {
    seed: plan.seed,
    now: () => clock.now(),
    kill: (requestId) => simulator.lambda.kill(requestId),
    tables: () => simulator.messaging.tables,
  });
  const simulator: Simulator = createSimulator({
    seed: plan.seed,
    undocumented: plan.undocumented,
    intercept: (attempt) => options.spoil?.(attempt) ?? faults.intercept(attempt),
    onCall: faults.onCall,
    // Some pushes strike the events that tell of them.
    deliveryFault: strikeByBoth(faults.deliveryFault, (delivery) => simulator.faults.deliveryFault(delivery)),
    repeatedDelivery: faults.repeatedDelivery,
    clockSkewMs: faults.clockSkewMs,
  });
  const { trace, clock } = simulator.kernel;
  const { entries } = trace;
  const chronicle = keepChronicle(trace);
  if (options.onEntry !== undefined) trace.onEntry(options.onEntry);
  const broken: BrokenInvariant[] = [];
  const invariants = watch(
    trace,
    recordingViolations(invariantsFor(plan, listenForPushes(trace)), broken, { entries, now: () => clock.now() }),
  );
  const isOver = () => options.stopWhenBroken === true && broken.length > 0;
  deployWith(simulator, packaged, plan);
  completeBackups(simulator, FOREIGN_HOOK);
  const told = listenForSpared(trace);
  const startMs = clock.now();
  const instanceHours = countInstanceHours(simulator);
  await buildFleet(simulator, plan.clusters);
  const troubleMs = clock.now();
  await makeTrouble(simulator, plan, isOver);
  faults.heal();
  simulator.faults.ofCalls.clearAll();
  trace.add('note', { text: 'everything heals' });
  const pendingNow = () => findPending(simulator, plan);
  if (!isOver()) await settle(simulator, plan, { told, isSettled: () => pendingNow().length === 0 });
  const { calls, alerts, notes, digest } = chronicle();
  const verdicts = invariants.conclude({ atMs: clock.now(), queues: [] });
  return {
    plan,
    broken,
    pending: isOver() ? [] : pendingNow().map((one) => ({ ...one, excerpt: excerptAbout(entries, one.about) })),
    pushed: notes.filter(({ at }) => Date.parse(at) >= troubleMs),
    strikes: faults.strikes,
    faults: faults.counts(),
    checks: verdicts.reduce((sum, { checks }) => sum + checks, 0),
    troubleMs,
    virtualMs: clock.now() - startMs,
    instanceHours: instanceHours(),
    calls,
    alerts,
    traceDigest: digest,
  };
}

/** When the first push of each name came: it notes itself once it is done. */
function listenForPushes(trace: Trace): ChangedMs {
  const atMs = new Map<string, number>();
  trace.onEntry(({ kind, at, text }) => {
    if (kind !== 'note') return;
    const [push = ''] = String(text).split(': ');
    if (!atMs.has(push)) atMs.set(push, Date.parse(at));
  });
  return (push) => atMs.get(push);
}

/** Counts each minute how many EC2 instances run; by events alone a lost one would count for ever. */
function countInstanceHours({ kernel: { clock }, fleet: { views } }: Simulator): () => number {
  let minutes = 0;
  const count = () => {
    minutes += views.ec2Instances().filter(({ state }) => state === 'running').length;
    clock.after(MINUTE_MS, count);
  };
  clock.after(MINUTE_MS, count);
  return () => minutes / 60;
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
  simulator.deploy({ template, artifactsDirectory });
}
