import { describeAutoScalingInstances } from '../aws/auto-scaling.ts';
import { describeEc2Instances } from '../aws/ec2.ts';
import { destinationOf, isHeartbeatDue } from '../domain/lifecycle.ts';
import type { AutoScalingGroup } from '../domain/model.ts';
import type { DisconnectionIncident, DrainIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { reviewDrains, UNREMARKABLE_MS } from './drains.ts';
import type { Allowance, Failures } from './each.ts';
import { describeReadable, type Known } from './look-up.ts';
import { joinNewRegistrations } from './new-registrations.ts';
import type { Unread } from './registrations.ts';

/**
 * Looks at the drains that their events have not ended.
 *
 * @returns what failed, by incident id
 */
export async function sweepDrains(
  runtime: Runtime,
  {
    drains: all,
    away,
    groups,
  }: {
    readonly drains: readonly DrainIncident[];
    /** The open incidents of silent agents. */
    readonly away: readonly DisconnectionIncident[];
    groups(): Promise<readonly AutoScalingGroup[]>;
  },
  allowance: Allowance,
): Promise<Failures> {
  const isAway = new Set(away.map(({ ec2InstanceId }) => ec2InstanceId));
  const deserving = all.filter((drain) => deservesSweep(drain, runtime.now()) || isAway.has(drain.ec2InstanceId));
  // AWS takes these soon: one whose function died, or failed, before it was set DRAINING cannot wait for its event to return.
  const urgent = all.filter((drain) => drain.actions.length === 0 && !deserving.includes(drain));
  let swept = [...deserving, ...urgent];
  try {
    const registrations = swept.flatMap((drain) => drain.registrations);
    const unread: Unread = new Map();
    const described = await describeReadable(runtime, registrations, unread);
    const isHidden = (drain: DrainIncident) => drain.registrations.some(({ clusterArn }) => unread.has(clusterArn));
    const isUndrained = (drain: DrainIncident) =>
      drain.registrations.some(({ arn }) => described.get(arn)?.status === 'ACTIVE');
    swept = [...deserving, ...urgent.filter((drain) => isUndrained(drain) || isHidden(drain))];
    const hidden = swept.filter(isHidden);
    const seen = swept.filter((drain) => !hidden.includes(drain));
    const joined = await joinNewRegistrations(runtime, { drains: seen, instances: described }, away, unread);
    const { drains, instances, unsearched } = joined;
    const listed = (await groups()).flatMap((group) => group.instances);
    const members = new Map(listed.map((member) => [member.ec2InstanceId, member]));
    // Groups are listed without their warm pools: an instance that is in one would be taken for gone.
    const unlisted = drains.map(({ ec2InstanceId }) => ec2InstanceId).filter((id) => !members.has(id));
    const pooled = await describeAutoScalingInstances(runtime.autoScaling, unlisted);
    const known = { instances, autoScaling: new Map([...members, ...pooled]), unsearched };
    const doubtful = drains.filter((drain) => !isUsual(drain, known));
    const ec2 = await describeEc2Instances(
      runtime.ec2,
      doubtful.map(({ ec2InstanceId }) => ec2InstanceId),
    );
    const usual = drains.filter((drain) => !doubtful.includes(drain));
    return new Map([
      ...unread,
      ...(await reviewDrains(runtime, hidden, allowance)),
      ...(await reviewDrains(runtime, usual, allowance, known)),
      ...(await reviewDrains(runtime, doubtful, allowance, { ...known, ec2 })),
    ]);
  } catch (error) {
    // One of the services does not answer. Each drain is looked at by what the others say, and its hook kept alive.
    const failures = await reviewDrains(runtime, swept, allowance);
    return failures.set('looking up drains', error);
  }
}

/** A hook holds it and its agent is there: EC2 could say nothing that matters. */
function isUsual(drain: DrainIncident, known: Pick<Known, 'instances' | 'autoScaling'>): boolean {
  const isHeld = destinationOf(known.autoScaling.get(drain.ec2InstanceId)?.lifecycleState ?? '') !== undefined;
  const isThere = drain.registrations.every(({ arn }) => known.instances.get(arn)?.agentConnected);
  return drain.phase === 'draining' && drain.actions.length > 0 && isHeld && isThere;
}

/** A drain that has just begun is followed by its events; it is swept once those should have ended it, or could not. */
function deservesSweep(drain: DrainIncident, nowMs: number): boolean {
  const isYoung = nowMs - drain.openedAtMs < UNREMARKABLE_MS;
  const isDoubted = drain.unblockedAtMs !== undefined;
  const isBeatDue = drain.actions.some((action) => isHeartbeatDue(action, nowMs));
  return !isYoung || isDoubted || isBeatDue || drain.phase !== 'draining' || nowMs >= drain.deadlineAtMs;
}
