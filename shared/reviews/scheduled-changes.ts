import { commit } from '../alerts/publish.ts';
import {
  type ScheduledChangeOutcome,
  scheduledChangeAlert,
  scheduledChangeResolvedAlert,
} from '../alerts/scheduled-change-alerts.ts';
import type { ContainerInstance } from '../domain/model.ts';
import { decideNotice, decideScheduledChange, endsTasks, isOver, leaveAtMs } from '../domain/scheduled-change.ts';
import type { ScheduledChange } from '../events/scheduled-change.ts';
import type { Incident } from '../incidents/incident.ts';
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
  if (decision.kind === 'call off' && earlier !== undefined) await resolve(runtime, earlier, 'called off');
  // Whoever operates an instance for AWS looks after it by itself.
  if (known.ec2.get(ec2InstanceId)?.operator !== undefined) return;
  if (decision.kind === 'move' && earlier !== undefined) {
    await commit(runtime, { ...earlier, startsAtMs: decision.startsAtMs }, earlier);
  }
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
  known: Pick<Known, 'ec2'>,
): Promise<Failures> {
  return eachOf(
    incidents,
    ({ id }) => id,
    allowance,
    async (incident) => {
      const policy = await runtime.policies.of(incident.clusterArn);
      const ec2State = known.ec2.get(incident.ec2InstanceId)?.state ?? 'gone';
      const decision = decideScheduledChange(incident, ec2State, { policy, nowMs: runtime.now() });
      if (decision.kind === 'resolve') await resolve(runtime, incident, decision.outcome);
      if (decision.kind === 'leave') await leave(runtime, incident, allowance);
    },
  );
}

/** The drain first, then the note: to begin a drain twice changes nothing, to forget it would. */
async function leave(runtime: Runtime, incident: ScheduledChangeIncident, allowance: Allowance): Promise<void> {
  const { ec2InstanceId, openedAtMs: atMs, startsAtMs: expectedAtMs } = incident;
  const announcement = { ec2InstanceId, cause: 'scheduled change', atMs, expectedAtMs } as const;
  const failures = await reviewAnnouncements(runtime, [announcement], allowance);
  for (const error of failures.values()) throw error;
  await commit(runtime, { ...incident, phase: 'leaving' }, incident);
}

/** @returns the incident as it is now; undefined when somebody else wrote first */
async function resolve(
  runtime: Runtime,
  incident: ScheduledChangeIncident,
  outcome: ScheduledChangeOutcome,
): Promise<Incident | undefined> {
  const nowMs = runtime.now();
  const alert = scheduledChangeResolvedAlert(incident, outcome, nowMs);
  const outbox = [...incident.outbox, alert];
  return commit(runtime, { ...incident, phase: 'closed', closedAtMs: nowMs, outcome, outbox }, incident);
}

export function openChangesOf(incidents: ReadonlyMap<string, Incident>): ScheduledChangeIncident[] {
  return [...incidents.values()].flatMap((incident) =>
    incident.kind === 'scheduled-change' && incident.phase !== 'closed' ? [incident] : [],
  );
}

function arnOf({ change }: Notice): string {
  return change.eventArn;
}
