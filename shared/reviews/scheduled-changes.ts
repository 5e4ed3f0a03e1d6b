import { commit } from '../alerts/publish.ts';
import type { ContainerInstance } from '../domain/model.ts';
import {
  decideNotice,
  decideScheduledChange,
  endsTasks,
  isOver,
  type NoticeDecision,
} from '../domain/scheduled-change.ts';
import type { ScheduledChange } from '../events/scheduled-change.ts';
import type { Incident } from '../incidents/incident.ts';
import { type ScheduledChangeIncident, scheduledChangeId } from '../incidents/scheduled-change-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { reviewAnnouncements } from './interruptions.ts';
import { type Known, lookUpEc2 } from './look-up.ts';
import {
  byLiveliness,
  findRegistrationsLookedAfter,
  isLookedAfter,
  type Unread,
  UnreadError,
} from './registrations.ts';
import {
  callOffDrain,
  move,
  noteNext,
  open,
  openNext,
  type Place,
  pickChange,
  resolve,
  type Written,
} from './scheduled-change-effects.ts';

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
    .flatMap((change) => change.ec2InstanceIds.map((ec2InstanceId) => noticeOf(change, ec2InstanceId)));
  if (notices.length === 0) return new Map();
  const ids = [...new Set(notices.map(({ ec2InstanceId }) => ec2InstanceId))];
  const unread: Unread = new Map();
  const registered = await findRegistrationsLookedAfter(runtime, ids, unread);
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
  if (unread.size === 0) return failures;
  const hidden = notices.filter((notice) => !ours.includes(notice));
  return new Map([...hidden.map((notice) => [arnOf(notice), new UnreadError(unread)] as const), ...failures]);
}

/** For an instance that it does not concern any more the change is as good as closed. */
function noticeOf(change: ScheduledChange, ec2InstanceId: string): Notice {
  const isResolved = change.resolvedIds.includes(ec2InstanceId);
  return { change: isResolved ? { ...change, statusCode: 'closed' } : change, ec2InstanceId };
}

/** @returns what failed, by incident id */
export async function sweepScheduledChanges(
  runtime: Runtime,
  incidents: ReadonlyMap<string, Incident>,
  allowance: Allowance,
): Promise<Failures> {
  const changes = openChangesOf(incidents);
  if (changes.length === 0) return new Map();
  const ids = changes.map(({ ec2InstanceId }) => ec2InstanceId);
  return lookAtScheduledChanges(runtime, changes, allowance, await lookUpEc2(runtime, ids));
}

/** @throws when somebody else wrote first: AWS Health tells of a change once, so the event has to come again */
async function takeNote(
  runtime: Runtime,
  { change, ec2InstanceId }: Notice,
  { instance, known }: { readonly instance: ContainerInstance; readonly known: Omit<Known, 'instances'> },
): Promise<void> {
  const id = scheduledChangeId(ec2InstanceId);
  const groupName = known.autoScaling.get(ec2InstanceId)?.groupName;
  const stored = (await runtime.incidents.getMany([id])).get(id);
  const last = stored?.kind === 'scheduled-change' ? stored : undefined;
  const earlier = last?.phase === 'closed' ? await openNext(runtime, last, groupName) : last;
  if (last !== undefined && earlier === undefined) throw new Error(`${id} was written by somebody else`);
  const decision = decideNotice(earlier, change);
  runtime.logger.info(`scheduled change: ${decision.kind}`, { change, ec2InstanceId });
  const place = { id, ec2InstanceId, containerInstanceArn: instance.arn, clusterArn: instance.clusterArn, groupName };
  // Whoever operates an instance for AWS looks after it by itself.
  const isOperated = known.ec2.get(ec2InstanceId)?.operator !== undefined;
  if (decision.kind !== 'call off' && (isOperated || (decision.kind === 'ignore' && earlier === undefined))) return;
  const written = await act(runtime, { decision, change, earlier, place });
  if (written === undefined) throw new Error(`${id} was written by somebody else`);
}

async function act(
  runtime: Runtime,
  {
    decision,
    change,
    earlier,
    place,
  }: {
    readonly decision: NoticeDecision;
    readonly change: ScheduledChange;
    readonly earlier: ScheduledChangeIncident | undefined;
    readonly place: Place;
  },
): Promise<Written> {
  const { ec2InstanceId, groupName } = place;
  if (earlier === undefined) return open(runtime, place, pickChange(change), undefined);
  // What on-call is told of its end is marked by the mode that was read last.
  await runtime.policies.of(earlier.clusterArn);
  switch (decision.kind) {
    case 'call off':
      await callOffDrain(runtime, ec2InstanceId);
      return resolve(runtime, earlier, { outcome: 'called off' }, groupName);
    case 'move':
      return move(runtime, earlier, pickChange(change), groupName);
    case 'ignore':
      return noteNext(runtime, earlier, change);
    case 'open':
      return earlier.phase === 'closed'
        ? open(runtime, place, pickChange(change), earlier)
        : resolve(runtime, earlier, { outcome: 'superseded', next: pickChange(change) }, groupName);
  }
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
      const groupName = known.autoScaling.get(incident.ec2InstanceId)?.groupName;
      if (incident.phase === 'closed') return openNext(runtime, incident, groupName);
      if (!isLookedAfter(runtime, incident.clusterArn)) {
        return resolve(runtime, incident, { outcome: 'not looked after' }, groupName);
      }
      const policy = await runtime.policies.of(incident.clusterArn);
      const ec2State = known.ec2.get(incident.ec2InstanceId)?.state ?? 'gone';
      const decision = decideScheduledChange(incident, ec2State, { policy, nowMs: runtime.now() });
      if (decision.kind === 'resolve') return resolve(runtime, incident, decision, groupName);
      return decision.kind === 'leave' ? leave(runtime, incident, allowance) : undefined;
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

/** Those that are open, or closed without the next one in their place yet. */
export function openChangesOf(incidents: ReadonlyMap<string, Incident>): ScheduledChangeIncident[] {
  return [...incidents.values()].flatMap((incident) =>
    incident.kind === 'scheduled-change' && (incident.phase !== 'closed' || incident.next !== undefined)
      ? [incident]
      : [],
  );
}

function arnOf({ change }: Notice): string {
  return change.eventArn;
}
