import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import type { Policy } from '../config/settings.ts';
import { type Announcement, decideAnnouncement, isNews } from '../domain/interruption.ts';
import type { AutoScalingGroupName, ContainerInstance } from '../domain/model.ts';
import { ownHooksAt } from '../domain/name-patterns.ts';
import { type DrainIncident, drainId, type Replacement } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import {
  type BegunDrain,
  beginDrains,
  type Registered,
  setAllDraining,
  toRegistration,
  underUnfinished,
} from './begin-drains.ts';
import { endUnfinished } from './drain-effects.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { type Known, tryToLookUpEc2 } from './look-up.ts';
import { byLiveliness, findRegistrationsLookedAfter, type Unread, UnreadError } from './registrations.ts';

/** An instance that is to be drained, with all that is needed to begin. */
interface Candidate {
  readonly announcement: Announcement;
  /** The first is the one the incident is filed under. */
  readonly instances: Registered;
  readonly groupName: AutoScalingGroupName | undefined;
  readonly replacement: Replacement | undefined;
}

/** Without what a service does not say. */
type KnownOfEc2 = Partial<Omit<Known, 'instances'>>;

/**
 * Looks at instances that AWS takes away, or may, and drains those that are to be drained for it.
 *
 * @returns what failed, by EC2 instance id
 */
export async function reviewAnnouncements(
  runtime: Runtime,
  announcements: readonly Announcement[],
  allowance: Allowance,
): Promise<Failures> {
  if (announcements.length === 0) return new Map();
  const weightiest = weightiestOfEach(announcements);
  const ids = weightiest.map(({ ec2InstanceId }) => ec2InstanceId);
  const unread: Unread = new Map();
  const [registered, { known, failure }] = await Promise.all([
    findRegistrationsLookedAfter(runtime, ids, unread),
    tryToLookUpEc2(runtime, ids),
  ]);
  const begun: BegunDrain[] = [];
  const unfiled: ContainerInstance[] = [];
  const failures = await eachOf(weightiest, subjectOf, allowance, async (announcement) => {
    const instances = [...(registered.get(announcement.ec2InstanceId) ?? [])].sort(byLiveliness);
    if (instances.length === 0 && unread.size > 0) throw new UnreadError(unread);
    // A Spot Instance is gone before its event comes again: what the other services say of it cannot be waited for.
    if (failure !== undefined && announcement.cause !== 'spot') throw failure.cause;
    const candidate = await judge(runtime, announcement, { instances, known });
    if (candidate === undefined) return;
    const incident = await tryTo(() => file(runtime, candidate));
    if (incident instanceof LookFailure) {
      if (mustDrainUnfiled(announcement, runtime.now())) unfiled.push(...candidate.instances);
      throw incident.cause;
    }
    if (incident !== undefined) begun.push({ incident, instances: candidate.instances });
  });
  const { refused } = await setAllDraining(runtime, unfiled);
  for (const [cluster, error] of refused) runtime.logger.warn('not set to DRAINING', { cluster, error });
  return new Map([...failures, ...(await beginDrains(runtime, begun, allowance, known))]);
}

/**
 * A Spot Instance is gone before its event comes again to be filed. But what is told after its time may be an old copy, of an
 * interruption whose drain is over.
 */
function mustDrainUnfiled({ cause, expectedAtMs = 0 }: Announcement, nowMs: number): boolean {
  return cause === 'spot' && nowMs < expectedAtMs;
}

function weightiestOfEach(announcements: readonly Announcement[]): Announcement[] {
  const weightiest = new Map<string, Announcement>();
  for (const announcement of announcements) {
    const { ec2InstanceId } = announcement;
    if (isNews(weightiest.get(ec2InstanceId), announcement)) weightiest.set(ec2InstanceId, announcement);
  }
  return [...weightiest.values()];
}

async function judge(
  runtime: Runtime,
  announcement: Announcement,
  { instances, known }: { readonly instances: readonly ContainerInstance[]; readonly known: KnownOfEc2 },
): Promise<Candidate | undefined> {
  const [filedUnder, ...others] = instances;
  const policy = filedUnder ? await runtime.policies.of(filedUnder.clusterArn) : runtime.config.policy;
  const autoScaling = known.autoScaling?.get(announcement.ec2InstanceId);
  const mayBeReplaced = filedUnder !== undefined && autoScaling !== undefined && announcement.cause !== 'spot';
  const decision = decideAnnouncement(
    announcement,
    {
      isRegistered: filedUnder !== undefined,
      ec2: known.ec2 && (known.ec2.get(announcement.ec2InstanceId) ?? 'gone'),
      autoScaling,
      hasOwnHook: mayBeReplaced && (await hasOwnHook(runtime, autoScaling.groupName)),
    },
    policy,
  );
  runtime.logger.info(`interruption: ${decision.kind}`, { announcement, decision });
  if (decision.kind === 'ignore' || filedUnder === undefined) return undefined;
  const { replacement } = decision;
  return { announcement, instances: [filedUnder, ...others], groupName: autoScaling?.groupName, replacement };
}

async function hasOwnHook(runtime: Runtime, groupName: AutoScalingGroupName): Promise<boolean> {
  const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
  return ownHooksAt('autoscaling:EC2_INSTANCE_TERMINATING', hooks, runtime.config.policy.lifecycleHooks).length > 0;
}

/** @returns the incident when it is ours to act on now */
async function file(runtime: Runtime, given: Candidate): Promise<DrainIncident | undefined> {
  const candidate = { ...given, instances: await underUnfinished(runtime, given.instances) };
  const policy = await runtime.policies.of(candidate.instances[0].clusterArn);
  const fresh = toIncident(candidate, policy, runtime.now());
  let saved = await runtime.incidents.save(fresh, undefined);
  while (saved.kind === 'conflict') {
    const earlier = saved.current?.kind === 'drain' ? saved.current : undefined;
    // Told again of one that is over: an event that came late, or twice.
    const isOver =
      earlier !== undefined && earlier.phase !== 'draining' && !isNews(earlier.interruption, candidate.announcement);
    if (isOver) return undefined;
    // Once on-call was told that it was spared, what is announced after that is another drain.
    const isSpared = earlier?.actions.length === 0 && earlier.interruption?.sparedToldAtMs !== undefined;
    const isJoined =
      earlier?.phase === 'draining' && !(isSpared && isNews(earlier.interruption, candidate.announcement));
    const next = isJoined ? joined(earlier, fresh, candidate.announcement) : startedAfter(earlier, fresh);
    if (next === earlier) return earlier;
    saved = await runtime.incidents.save(next, isJoined ? earlier : await endUnfinished(runtime, earlier));
  }
  return saved.incident.kind === 'drain' ? saved.incident : undefined;
}

/** A hook that holds the instance keeps its own deadline: it is never released earlier than its tasks have stopped. */
function joined(earlier: DrainIncident, fresh: DrainIncident, announcement: Announcement): DrainIncident {
  if (fresh.interruption === undefined || !isNews(earlier.interruption, announcement)) return earlier;
  const { wasDraining = false, sparedToldAtMs } = earlier.interruption ?? {};
  return {
    ...earlier,
    interruption: { ...fresh.interruption, wasDraining, sparedToldAtMs },
    replacement: earlier.replacement ?? (earlier.actions.length === 0 ? fresh.replacement : undefined),
    deadlineAtMs: earlier.actions.length === 0 ? fresh.deadlineAtMs : earlier.deadlineAtMs,
  };
}

/** What Ebbtide itself has set DRAINING, and not yet ACTIVE again, was not set by somebody else. */
function startedAfter(earlier: DrainIncident | undefined, fresh: DrainIncident): DrainIncident {
  if (earlier === undefined || earlier.phase === 'closed' || fresh.interruption === undefined) return fresh;
  const wasDraining = fresh.interruption.wasDraining && earlier.interruption?.wasDraining === true;
  return { ...fresh, interruption: { ...fresh.interruption, wasDraining } };
}

function toIncident(
  { announcement, instances, groupName, replacement }: Candidate,
  { drainDeadlineMinutes }: Policy,
  nowMs: number,
): DrainIncident {
  const { ec2InstanceId, ...interruption } = announcement;
  const [filedUnder, ...others] = instances;
  return {
    kind: 'drain',
    id: drainId(filedUnder.arn),
    version: 0,
    phase: 'draining',
    destination: 'termination',
    openedAtMs: nowMs,
    outbox: [],
    ec2InstanceId,
    registrations: [toRegistration(filedUnder), ...others.map(toRegistration)],
    actions: [],
    interruption: { ...interruption, groupName, wasDraining: filedUnder.status === 'DRAINING' },
    replacement,
    deadlineAtMs: Math.min(
      nowMs + drainDeadlineMinutes * 60_000,
      interruption.expectedAtMs ?? Number.POSITIVE_INFINITY,
    ),
  };
}

function subjectOf({ ec2InstanceId }: Announcement): string {
  return ec2InstanceId;
}
