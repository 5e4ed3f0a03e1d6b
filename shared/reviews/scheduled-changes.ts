import { commit } from '../alerts/publish.ts';
import {
  type ScheduledChangeOutcome,
  scheduledChangeAlert,
  scheduledChangeResolvedAlert,
} from '../alerts/scheduled-change-alerts.ts';
import type { ContainerInstance } from '../domain/model.ts';
import { decideNotice, decideScheduledChange, endsTasks, isOver, leaveAtMs } from '../domain/scheduled-change.ts';
import type { ScheduledChange } from '../events/scheduled-change.ts';
import type { DrainIncident, Incident, Interruption } from '../incidents/incident.ts';
import { type ScheduledChangeIncident, scheduledChangeId } from '../incidents/scheduled-change-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { reviewAnnouncements } from './interruptions.ts';
import { type Known, lookUpEc2 } from './look-up.ts';
import { byLiveliness, findRegistrationsLookedAfter } from './registrations.ts';

/** What one event says about one of the instances that it names. */
interface Notice {
  readonly change: ScheduledChange;
  readonly ec2InstanceId: string;
}

/**
 * Takes note of what AWS Health announces for instances of the clusters that are looked after, and acts on what is due.
 * A copy from another region, another page or a repetition names the same change, or instances that are not there.
 *
 * @returns what failed, by ARN of the Health event
 */
export async function reviewScheduledChanges(
  runtime: Runtime,
  changes: readonly ScheduledChange[],
  allowance: Allowance,
): Promise<Failures> {
  const notices = changes
    .filter(({ typeCode, startsAtMs }) => endsTasks(typeCode) && !isOver(startsAtMs, runtime.now()))
    .flatMap((change) => change.ec2InstanceIds.map((ec2InstanceId): Notice => ({ change, ec2InstanceId })));
  if (notices.length === 0) return new Map();
  const ids = [...new Set(notices.map(({ ec2InstanceId }) => ec2InstanceId))];
  const registered = await findRegistrationsLookedAfter(runtime, ids);
  const ours = notices.filter(({ ec2InstanceId }) => registered.has(ec2InstanceId));
  const known = await lookUpEc2(runtime, [...registered.keys()]);
  const failures = await eachOf(ours, arnOf, allowance, async (notice) => {
    const [instance] = [...(registered.get(notice.ec2InstanceId) ?? [])].sort(byLiveliness);
    if (instance !== undefined) await takeNote(runtime, notice, { instance, known });
  });
  const incidents = await runtime.incidents.getMany(ours.map(({ ec2InstanceId }) => scheduledChangeId(ec2InstanceId)));
  const looked = await lookAtScheduledChanges(runtime, openChangesOf(incidents), allowance, known);
  for (const notice of ours) {
    const error = looked.get(scheduledChangeId(notice.ec2InstanceId));
    if (error !== undefined) failures.set(arnOf(notice), error);
  }
  return failures;
}

/** @returns what failed, by incident id */
export async function sweepScheduledChanges(
  runtime: Runtime,
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const open = openChangesOf(incidents);
  if (open.length === 0) return new Map();
  const ids = open.map(({ ec2InstanceId }) => ec2InstanceId);
  return lookAtScheduledChanges(runtime, open, allowance, await lookUpEc2(runtime, ids));
}

async function takeNote(
  runtime: Runtime,
  { change, ec2InstanceId }: Notice,
  { instance, known }: { readonly instance: ContainerInstance; readonly known: Omit<Known, 'instances'> },
): Promise<void> {
  const { eventArn, typeCode, startsAtMs } = change;
  const id = scheduledChangeId(ec2InstanceId);
  const stored = (await runtime.incidents.getMany([id])).get(id);
  const earlier = stored?.kind === 'scheduled-change' ? stored : undefined;
  const decision = decideNotice(earlier, change);
  runtime.logger.info(`scheduled change: ${decision.kind}`, { change, ec2InstanceId });
  if (decision.kind === 'call off' && earlier !== undefined) {
    await callOffDrain(runtime, ec2InstanceId);
    await resolve(runtime, earlier, 'called off', known);
  }
  // Whoever operates an instance for AWS looks after it by itself.
  if (known.ec2.get(ec2InstanceId)?.operator !== undefined) return;
  if (decision.kind === 'move' && earlier !== undefined) {
    // What was drained for it is drained for the new time, or given back and drained again.
    const moved = { startsAtMs: decision.startsAtMs, movedAtMs: runtime.now() };
    await commit(runtime, { ...earlier, ...moved, phase: 'announced' }, earlier);
  }
  if (decision.kind === 'ignore' && earlier !== undefined) await noteNext(runtime, earlier, change);
  if (decision.kind !== 'open') return;
  const isReplaced = earlier !== undefined && earlier.phase !== 'closed';
  const previous = isReplaced ? await resolve(runtime, earlier, 'superseded') : earlier;
  // Somebody else is at it; the event, or the next look, finds what they made of it.
  if (isReplaced && previous === undefined) return;
  const nowMs = runtime.now();
  const opened: ScheduledChangeIncident = {
    kind: 'scheduled-change',
    id,
    version: 0,
    phase: 'announced',
    ec2InstanceId,
    containerInstanceArn: instance.arn,
    clusterArn: instance.clusterArn,
    openedAtMs: nowMs,
    eventArn,
    typeCode,
    startsAtMs,
    outbox: [],
    ...(isReplaced && { next: pickChange(earlier) }),
  };
  const policy = await runtime.policies.of(instance.clusterArn);
  const plan = {
    leavesAtMs: leaveAtMs(startsAtMs, policy),
    groupName: known.autoScaling.get(ec2InstanceId)?.groupName,
  };
  await commit(runtime, { ...opened, outbox: [scheduledChangeAlert(opened, plan, nowMs)] }, previous);
}

/** @returns what failed, by incident id */
export async function lookAtScheduledChanges(
  runtime: Runtime,
  incidents: readonly ScheduledChangeIncident[],
  allowance: Allowance,
  known: Omit<Known, 'instances'>,
): Promise<Failures> {
  return eachOf(
    incidents,
    ({ id }) => id,
    allowance,
    async (incident) => {
      const policy = await runtime.policies.of(incident.clusterArn);
      const ec2State = known.ec2.get(incident.ec2InstanceId)?.state ?? 'gone';
      const decision = decideScheduledChange(incident, ec2State, { policy, nowMs: runtime.now() });
      if (decision.kind === 'resolve') await resolve(runtime, incident, decision.outcome, known);
      if (decision.kind === 'leave') await leave(runtime, incident, allowance);
    },
  );
}

/** The drain first, then the note: to begin a drain twice changes nothing, to forget it would. */
async function leave(runtime: Runtime, incident: ScheduledChangeIncident, allowance: Allowance): Promise<void> {
  const { ec2InstanceId, openedAtMs, movedAtMs: atMs = openedAtMs, startsAtMs: expectedAtMs } = incident;
  const announcement = { ec2InstanceId, cause: 'scheduled change', atMs, expectedAtMs } as const;
  const failures = await reviewAnnouncements(runtime, [announcement], allowance);
  for (const error of failures.values()) throw error;
  await commit(runtime, { ...incident, phase: 'leaving' }, incident);
}

/** First of all, so that an event that comes again finds the change open. The sweep gives the instance back. */
async function callOffDrain(runtime: Runtime, ec2InstanceId: string): Promise<void> {
  const open = (await runtime.incidents.listOpen()).filter((incident) => isDrainFor(incident, ec2InstanceId));
  const current = await runtime.incidents.getMany(open.map(({ id }) => id));
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

/** @returns the incident as it is now; undefined when somebody else wrote first */
async function resolve(
  runtime: Runtime,
  incident: ScheduledChangeIncident,
  outcome: ScheduledChangeOutcome,
  known?: Omit<Known, 'instances'>,
): Promise<Incident | undefined> {
  const nowMs = runtime.now();
  const alert = scheduledChangeResolvedAlert(incident, outcome, nowMs);
  const outbox = [...incident.outbox, alert];
  const { next } = incident;
  const isNextDue = (outcome === 'over' || outcome === 'called off') && next && !isOver(next.startsAtMs, nowMs);
  if (isNextDue) {
    const { movedAtMs: _, next: __, ...rest } = incident;
    const opened: ScheduledChangeIncident = { ...rest, ...next, phase: 'announced', openedAtMs: nowMs };
    const plan = {
      leavesAtMs: leaveAtMs(next.startsAtMs, await runtime.policies.of(incident.clusterArn)),
      groupName: known?.autoScaling.get(incident.ec2InstanceId)?.groupName,
    };
    return commit(runtime, { ...opened, outbox: [...outbox, scheduledChangeAlert(opened, plan, nowMs)] }, incident);
  }
  return commit(runtime, { ...incident, phase: 'closed', closedAtMs: nowMs, outcome, outbox }, incident);
}

function pickChange({
  eventArn,
  typeCode,
  startsAtMs,
}: ScheduledChange | ScheduledChangeIncident): NonNullable<ScheduledChangeIncident['next']> {
  return { eventArn, typeCode, startsAtMs };
}

/** AWS Health tells of a change once. One that comes later than what is open is kept until that is over. */
async function noteNext(runtime: Runtime, open: ScheduledChangeIncident, change: ScheduledChange): Promise<void> {
  if (open.phase === 'closed' || change.eventArn === open.eventArn) return;
  const { next } = open;
  const isKnown = next?.eventArn === change.eventArn;
  if (change.statusCode === 'closed') {
    if (isKnown) await commit(runtime, { ...open, next: undefined }, open);
    return;
  }
  const isSooner = (change.startsAtMs ?? 0) < (next?.startsAtMs ?? 0);
  if (isKnown && change.startsAtMs === next.startsAtMs) return;
  if (next === undefined || isKnown || isSooner) await commit(runtime, { ...open, next: pickChange(change) }, open);
}

export function openChangesOf(incidents: ReadonlyMap<string, Incident>): ScheduledChangeIncident[] {
  return [...incidents.values()].flatMap((incident) =>
    incident.kind === 'scheduled-change' && incident.phase !== 'closed' ? [incident] : [],
  );
}

function arnOf({ change }: Notice): string {
  return change.eventArn;
}
