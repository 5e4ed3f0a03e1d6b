import type { Verdict } from '../simulator/invariants/invariant.ts';
import type { TraceEntry } from '../simulator/kernel/trace.ts';
import { median } from './display/text.ts';
import type { BundleMeasure } from './measures/bundles.ts';
import { type CallMeasures, measureCalls } from './measures/calls.ts';
import { type Drain, lagMsOf } from './story/drains.ts';
import type { Played } from './story/play.ts';

/** All that the story showed and measured, for people and machines alike. Instants are ISO 8601. */
export interface Report {
  readonly seed: number;
  readonly drains: readonly DrainReport[];
  readonly alerts: readonly Notification[];
  /** What the alarms of the stack itself told. */
  readonly alarms: readonly Notification[];
  readonly calls: CallMeasures;
  readonly invariants: readonly Verdict[];
  readonly bundles: readonly BundleMeasure[];
  readonly aims: readonly Aim[];
  readonly time: { readonly virtualMs: number; readonly packagingMs: number; readonly storyMs: number };
}

export interface DrainReport {
  readonly ec2InstanceId: string;
  readonly group: string;
  readonly hookAt: string;
  readonly drainingAt: string | undefined;
  readonly lastTaskStoppedAt: string | undefined;
  readonly completedAt: string | undefined;
  /** From the last task's STOPPED to the completion; undefined where tasks were left or there were none. */
  readonly lagMs: number | undefined;
  readonly result: string | undefined;
  readonly tasks: number;
  readonly tasksLeft: number;
  readonly heartbeats: number;
  readonly apiCalls: number;
}

export interface Notification {
  readonly at: string;
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A number that the product is measured by. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly isReached: boolean;
  /** What lies between the aim and what is measured, where that is known. */
  readonly whyMissed?: string;
}

const LAG_MS_MAX = 2_000;
const CALLS_PER_DRAIN_MAX = 8;
const BUNDLE_BYTES_MAX = 1_000_000;
const LOAD_MS_MAX = 200;

const WHY_MORE_CALLS =
  'API calls: eight would find the instance, set it to DRAINING, look at its tasks once and complete the hook, and that is ' +
  'the aim. Beyond that Ebbtide makes sure from groups, hooks and tags that it may act, keeps its records in DynamoDB (a ' +
  'third of the calls of a short drain), looks again as tasks stop, and each minute keeps the hook alive.';

export interface Measured {
  readonly seed: number;
  readonly played: Played;
  readonly bundles: readonly BundleMeasure[];
  readonly packagingMs: number;
  readonly storyMs: number;
}

export function makeReport({ seed, played, bundles, packagingMs, storyMs }: Measured): Report {
  const { entries } = played.simulator.kernel.trace;
  const calls = measureCalls(entries, played.drains);
  const drains = played.drains.map((drain, index) => drainReport(drain, calls.perDrain[index] ?? 0));
  const notifications = entries.flatMap(readNotification);
  const isAlert = ({ attributes }: Notification) => attributes.id !== undefined;
  return {
    seed,
    drains,
    alerts: notifications.filter(isAlert),
    alarms: notifications.filter((notification) => !isAlert(notification)),
    calls,
    invariants: played.verdicts,
    bundles,
    aims: aimsOf(drains, bundles),
    time: { virtualMs: played.endedAtMs - played.startedAtMs, packagingMs, storyMs },
  };
}

function drainReport(drain: Drain, apiCalls: number): DrainReport {
  const { ec2InstanceId, group, hookAtMs, drainingAtMs, lastStoppedAtMs, completedAtMs, result, heartbeats } = drain;
  return {
    ec2InstanceId,
    group,
    hookAt: iso(hookAtMs),
    drainingAt: drainingAtMs === undefined ? undefined : iso(drainingAtMs),
    lastTaskStoppedAt: lastStoppedAtMs === undefined ? undefined : iso(lastStoppedAtMs),
    completedAt: completedAtMs === undefined ? undefined : iso(completedAtMs),
    lagMs: lagMsOf(drain),
    result,
    tasks: drain.taskArns.size,
    tasksLeft: drain.left,
    heartbeats,
    apiCalls: Math.round(apiCalls * 10) / 10,
  };
}

function readNotification({ at, kind, subject, message, attributes }: TraceEntry): Notification[] {
  if (kind !== 'notification') return [];
  const texts = attributes as Readonly<Record<string, string>>;
  return [{ at, subject: String(subject), message: String(message), attributes: texts }];
}

function aimsOf(drains: readonly DrainReport[], bundles: readonly BundleMeasure[]): Aim[] {
  const lags = drains.flatMap(({ lagMs }) => lagMs ?? []);
  const lagMs = median(lags) ?? Number.NaN;
  const calls = median(drains.map(({ apiCalls }) => apiCalls)) ?? Number.NaN;
  const bytes = Math.max(...bundles.map((bundle) => bundle.bytes));
  const loadMs = Math.max(...bundles.map((bundle) => bundle.loadMs));
  return [
    {
      what: 'Last task STOPPED to hook completed, median',
      aim: '2.0 s or less',
      measured: Number.isNaN(lagMs) ? 'never' : `${(lagMs / 1_000).toFixed(1)} s`,
      isReached: lagMs <= LAG_MS_MAX,
    },
    {
      what: 'API calls per drained instance, median',
      aim: `${CALLS_PER_DRAIN_MAX} or fewer`,
      measured: Number.isNaN(calls) ? 'none' : calls.toFixed(1),
      isReached: calls <= CALLS_PER_DRAIN_MAX,
      whyMissed: WHY_MORE_CALLS,
    },
    {
      what: 'Largest bundle',
      aim: 'under 1 MB',
      measured: megabytes(bytes),
      isReached: bytes < BUNDLE_BYTES_MAX,
    },
    {
      what: 'Slowest module to load',
      aim: `under ${LOAD_MS_MAX} ms`,
      measured: loadTime(loadMs),
      isReached: loadMs < LOAD_MS_MAX,
    },
  ];
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** Infinity: it never loaded. */
export function loadTime(ms: number): string {
  return Number.isFinite(ms) ? `${ms} ms` : 'never';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
