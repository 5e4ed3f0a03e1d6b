import { commit } from '../alerts/publish.ts';
import {
  type Plan,
  type ScheduledChangeOutcome,
  scheduledChangeAlert,
  scheduledChangeMovedAlert,
  scheduledChangeResolvedAlert,
} from '../alerts/scheduled-change-alerts.ts';
import { isSooner, leaveAtMs, nextOf } from '../domain/scheduled-change.ts';
import type { ScheduledChange } from '../events/scheduled-change.ts';
import type { DrainIncident, Incident, Interruption } from '../incidents/incident.ts';
import type { ScheduledChangeIncident } from '../incidents/scheduled-change-incident.ts';
import type { Runtime } from '../runtime.ts';

/** The incident as it is now; undefined when somebody else wrote first. */
export type Written = ScheduledChangeIncident | undefined;

/** The instance that is concerned, and the group that would replace it. */
export interface Place extends Pick<ScheduledChangeIncident, 'ec2InstanceId' | 'containerInstanceArn' | 'clusterArn'> {
  readonly id: string;
  readonly groupName: string | undefined;
}

type Announced = NonNullable<ScheduledChangeIncident['next']>;

/** @param previous the last one of the instance, which is over */
export async function open(
  runtime: Runtime,
  { groupName, ...instance }: Place,
  change: Pick<ScheduledChangeIncident, keyof Announced | 'next'>,
  previous: ScheduledChangeIncident | undefined,
): Promise<Written> {
  const nowMs = runtime.now();
  const begun = { kind: 'scheduled-change', version: 0, phase: 'announced', openedAtMs: nowMs } as const;
  const opened: ScheduledChangeIncident = { ...begun, ...instance, ...change, outbox: [] };
  const plan = await planFor(runtime, opened, groupName);
  return write(runtime, { ...opened, outbox: [scheduledChangeAlert(opened, plan, nowMs)] }, previous);
}

/** What was drained for it is drained for the new time, or given back and drained again. */
export async function move(
  runtime: Runtime,
  earlier: ScheduledChangeIncident,
  change: Announced,
  groupName: string | undefined,
): Promise<Written> {
  const nowMs = runtime.now();
  const { next } = earlier;
  const moved: ScheduledChangeIncident = { ...earlier, ...change, movedAtMs: nowMs, phase: 'announced' };
  // It is put off beyond the other one.
  if (next !== undefined && isSooner(next, change)) {
    return resolve(runtime, earlier, { outcome: 'superseded', moved: change, next }, groupName);
  }
  const plan = await planFor(runtime, moved, groupName);
  const alert = scheduledChangeMovedAlert(moved, earlier, { ...plan, nowMs });
  return write(runtime, { ...moved, outbox: [...earlier.outbox, alert] }, earlier);
}

/** How a change ends, the change that is to take its place, and when it is to come itself after that one. */
interface End {
  readonly outcome: ScheduledChangeOutcome;
  readonly next?: Announced | undefined;
  readonly moved?: Announced;
}

/** Another change of the instance that is to come takes the place of the one that has ended. */
export async function resolve(
  runtime: Runtime,
  incident: ScheduledChangeIncident,
  { outcome, next = incident.next, moved }: End,
  groupName: string | undefined,
): Promise<Written> {
  const nowMs = runtime.now();
  const outbox = [...incident.outbox, scheduledChangeResolvedAlert(incident, outcome, nowMs)];
  const ended = { ...incident, ...moved, next, phase: 'closed', closedAtMs: nowMs, outcome, outbox } as const;
  const closed = await write(runtime, ended, incident);
  return closed && openNext(runtime, closed, groupName);
}

/** A function may die after it has closed a change: whoever finds it so opens the next one. */
export async function openNext(
  runtime: Runtime,
  closed: ScheduledChangeIncident,
  groupName: string | undefined,
): Promise<Written> {
  const change = nextOf(closed, runtime.now());
  if (change === undefined) return closed;
  const { id, ec2InstanceId, containerInstanceArn, clusterArn, outcome } = closed;
  // What gave way to a sooner one is still to come.
  const next = outcome === 'superseded' ? pickChange(closed) : undefined;
  const place = { id, ec2InstanceId, containerInstanceArn, clusterArn, groupName };
  return open(runtime, place, { ...change, next }, closed);
}

/** AWS Health tells of a change once. One that comes later than what is open is kept until that is over. */
export async function noteNext(
  runtime: Runtime,
  incident: ScheduledChangeIncident,
  change: ScheduledChange,
): Promise<Written> {
  if (incident.phase === 'closed' || change.eventArn === incident.eventArn) return incident;
  const { next } = incident;
  const isKnown = next?.eventArn === change.eventArn;
  if (isKnown && change.updatedAtMs < (next.updatedAtMs ?? 0)) return incident;
  if (change.statusCode === 'closed') {
    return isKnown ? write(runtime, { ...incident, next: undefined }, incident) : incident;
  }
  const isNews = isKnown ? change.startsAtMs !== next.startsAtMs : next === undefined || isSooner(change, next);
  return isNews ? write(runtime, { ...incident, next: pickChange(change) }, incident) : incident;
}

/** First of all, so that an event that comes again finds the change open. The sweep gives the instance back. */
export async function callOffDrain(runtime: Runtime, ec2InstanceId: string): Promise<void> {
  const incidents = (await runtime.incidents.listOpen()).filter((incident) => isDrainFor(incident, ec2InstanceId));
  const current = await runtime.incidents.getMany(incidents.map(({ id }) => id));
  for (const drain of current.values()) {
    if (!isDrainFor(drain, ec2InstanceId)) continue;
    const interruption = { ...drain.interruption, calledOffAtMs: runtime.now() };
    const saved = await commit(runtime, { ...drain, interruption }, drain);
    if (saved === undefined) throw new Error(`${drain.id} was written by somebody else`);
  }
}

function isDrainFor(
  incident: Incident,
  ec2InstanceId: string,
): incident is DrainIncident & { readonly interruption: Interruption } {
  return (
    incident.kind === 'drain' &&
    incident.phase === 'draining' &&
    incident.ec2InstanceId === ec2InstanceId &&
    incident.interruption?.cause === 'scheduled change'
  );
}

export function pickChange({
  eventArn,
  typeCode,
  startsAtMs,
  updatedAtMs,
}: ScheduledChange | ScheduledChangeIncident): Announced {
  return { eventArn, typeCode, startsAtMs, updatedAtMs };
}

async function planFor(
  runtime: Runtime,
  { clusterArn, startsAtMs }: ScheduledChangeIncident,
  groupName: string | undefined,
): Promise<Plan> {
  const policy = await runtime.policies.of(clusterArn);
  return { leavesAtMs: leaveAtMs(startsAtMs, policy), groupName, policy };
}

async function write(runtime: Runtime, next: ScheduledChangeIncident, previous: Written): Promise<Written> {
  const written = await commit(runtime, next, previous);
  return written?.kind === 'scheduled-change' ? written : undefined;
}
