/**
 * The policy for instances that AWS takes away, or may: which of them are drained, and how a drain goes that no hook
 * asked for. Pure; `shared/reviews/interruptions.ts` and `shared/reviews/drains.ts` observe and act.
 */
import type { Policy } from '../config/settings.ts';
import type { DrainIncident, Interruption, Registration, Replacement } from '../incidents/incident.ts';
import type { DrainObservation, Wait } from './drain.ts';
import {
  type Circumstances,
  isStalled,
  isUnblocked,
  lostTasks,
  type SortedTasks,
  sortTasks,
  standaloneToStop,
  stoppable,
} from './drain-tasks.ts';
import { isSettled } from './lifecycle.ts';
import type { AutoScalingInstance, Ec2Instance, Ec2InstanceId, Task } from './model.ts';

/** AWS says that it will take an instance away, or that it may. */
export interface Announcement extends Pick<Interruption, 'cause' | 'atMs' | 'expectedAtMs'> {
  readonly ec2InstanceId: Ec2InstanceId;
}

export interface AnnouncementObservation {
  /** Whether it is registered in a cluster that Ebbtide looks after. */
  readonly isRegistered: boolean;
  /** `gone`: EC2 does not know it (any more); undefined when it did not say. */
  readonly ec2: Ec2Instance | 'gone' | undefined;
  /** Undefined: in no group. */
  readonly autoScaling: AutoScalingInstance | undefined;
  /** Whether its group has a terminate hook of Ebbtide's. */
  readonly hasOwnHook: boolean;
}

export type AnnouncementDecision =
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'drain'; readonly replacement: Replacement | undefined };

export function decideAnnouncement(
  { cause }: Announcement,
  { isRegistered, ec2, autoScaling, hasOwnHook }: AnnouncementObservation,
  { rebalance }: Pick<Policy, 'rebalance'>,
): AnnouncementDecision {
  if (!isRegistered) return { kind: 'ignore', reason: 'not registered in a cluster that is looked after' };
  if (ec2 === 'gone' || isGone(ec2?.state) || ec2?.state === 'shutting-down') {
    return { kind: 'ignore', reason: 'gone already' };
  }
  if (ec2?.operator !== undefined) return { kind: 'ignore', reason: `${ec2.operator} looks after it` };
  if (cause === 'rebalance' && rebalance === 'off') return { kind: 'ignore', reason: 'rebalance is off' };
  // A Spot Instance that EC2 takes is replaced by its group anyway. One in Standby or on its way out is not for us to end.
  const isWanted = cause === 'scheduled change' || (cause === 'rebalance' && rebalance === 'replace');
  const isReplaced = isWanted && autoScaling?.lifecycleState === 'InService';
  return { kind: 'drain', replacement: isReplaced ? { when: hasOwnHook ? 'at once' : 'drained' } : undefined };
}

/** The more certain it is, the more it counts. */
const CERTAINTY: Readonly<Record<Interruption['cause'], number>> = { rebalance: 0, 'scheduled change': 1, spot: 2 };

/** Whether an announcement says more than the one that an instance is drained for already. */
export function isNews(
  known: Pick<Interruption, 'cause' | 'atMs' | 'expectedAtMs'> | undefined,
  { cause, atMs, expectedAtMs }: Announcement,
): boolean {
  if (known === undefined) return true;
  if (cause !== known.cause) return CERTAINTY[cause] > CERTAINTY[known.cause];
  return atMs > known.atMs && expectedAtMs !== known.expectedAtMs;
}

/**
 * How long after it was to be taken an instance counts as spared. EC2 is punctual with Spot Instances to the minute; a
 * rebalance recommendation says nothing of when; maintenance may begin late and takes a while (Amazon EC2 User Guide,
 * Spot Instance interruption notices, EC2 instance rebalance recommendations, Scheduled events for your instances).
 */
const SPARED_AFTER_MS: Readonly<Record<Interruption['cause'], number>> = {
  spot: 10 * 60_000,
  rebalance: 60 * 60_000,
  'scheduled change': 120 * 60_000,
};

export function sparedAtMs({ cause, atMs, expectedAtMs, calledOffAtMs }: Interruption): number {
  if (calledOffAtMs !== undefined) return calledOffAtMs;
  return (expectedAtMs ?? atMs) + SPARED_AFTER_MS[cause];
}

/** A group that was told and has done nothing for so long is told again: it was throttled, or the function died. */
const REPLACEMENT_CLAIM_MS = 5 * 60_000;

export type InterruptedDecision =
  | Wait
  /** EC2 has it. `stopped`: it keeps its registration, and is to be put right when it is back. */
  | { readonly kind: 'taken'; readonly ec2State: 'terminated' | 'stopped'; readonly lost: readonly Task[] }
  | { readonly kind: 'replace'; readonly replacement: Replacement }
  /** It was to be taken, and runs on. */
  | { readonly kind: 'spared'; readonly result: 'restore'; readonly registrations: readonly Registration[] }
  | { readonly kind: 'spared'; readonly result: 'alert' }
  | { readonly kind: 'close'; readonly outcome: 'registration gone' | 'back in service' };

/** A drain that no hook asked for: nothing is released, the instance goes when AWS takes it. */
export function decideInterrupted(
  incident: DrainIncident,
  observation: DrainObservation,
  { policy, nowMs }: Circumstances,
): InterruptedDecision {
  const { ec2State, instances } = observation;
  if (isGone(ec2State) || ec2State === 'stopped') {
    const lost = lostTasks(incident, observation, policy);
    return { kind: 'taken', ec2State: ec2State === 'stopped' ? 'stopped' : 'terminated', lost };
  }
  // ECS deregisters what EC2 has terminated, sometimes before EC2's word is heard.
  if (instances?.length === 0 && ec2State === 'running') return { kind: 'close', outcome: 'registration gone' };
  const wait = waitFor(incident, observation, { policy, nowMs });
  return (
    whenSpared(incident, observation, { policy, nowMs }) ??
    whenReplaced(incident, observation, { policy, nowMs, wait }) ??
    wait
  );
}

function waitFor(incident: DrainIncident, observation: DrainObservation, circumstances: Circumstances): Wait {
  const { policy, nowMs } = circumstances;
  const { tasks, instances } = observation;
  const sorted = sortTasks(incident, observation, policy);
  const { blocking } = sorted;
  const unblockedAtMs = blocking?.length === 0 ? (incident.unblockedAtMs ?? nowMs) : undefined;
  return {
    kind: 'wait',
    blocking,
    toStop: tasksToStop(sorted, incident, policy),
    heartbeats: [],
    toDrain: mayDrain(incident, policy) ? (instances ?? []).filter(({ status }) => status === 'ACTIVE') : [],
    // Nothing is held, so nothing is given up. If the agent stays away, the review of disconnected agents tells.
    lostContact: undefined,
    unblockedAtMs: tasks === undefined ? incident.unblockedAtMs : unblockedAtMs,
    isStalled:
      incident.interruption?.cause !== 'spot' &&
      blocking !== undefined &&
      blocking.length > 0 &&
      isStalled(incident, observation, circumstances),
  };
}

/** Once on-call was told that the instance is spared, it is theirs: what they set ACTIVE stays so. */
function mayDrain({ interruption }: DrainIncident, { mode }: Policy): boolean {
  return mode === 'act' && interruption?.sparedToldAtMs === undefined;
}

/**
 * What does not block is stopped only where the instance is certain to go: on one that is spared, nobody would start
 * again what the instance started for itself when it booted.
 */
function tasksToStop(sorted: SortedTasks, incident: DrainIncident, policy: Policy): Task[] {
  const isCertain = incident.interruption?.cause === 'spot';
  return isCertain && sorted.blocking?.length === 0
    ? stoppable(sorted.others, incident)
    : standaloneToStop(sorted, incident, policy);
}

function whenSpared(
  { interruption, registrations }: DrainIncident,
  { ec2State, autoScaling, instances }: DrainObservation,
  { policy, nowMs }: Circumstances,
): InterruptedDecision | undefined {
  if (interruption === undefined || nowMs < sparedAtMs(interruption)) return undefined;
  if (ec2State !== 'running' || instances === undefined) return undefined;
  if (autoScaling === undefined || !isSettled(autoScaling.lifecycleState)) return undefined;
  const connected = registrations.filter(({ arn }) => instances.some((i) => i.arn === arn && i.agentConnected));
  if (connected.length === 0) return undefined;
  const isUsed = instances.every(({ status }) => status === 'ACTIVE');
  const isTold = interruption.sparedToldAtMs !== undefined;
  // Where nothing may be changed, what was left DRAINING is on-call's; of what was never drained nobody has to decide.
  const isPutBack =
    policy.mode === 'observe'
      ? isUsed && !isTold
      : policy.interruptionSpared === 'restore' && !interruption.wasDraining;
  if (isPutBack) return { kind: 'spared', result: 'restore', registrations: connected };
  if (!isTold) return { kind: 'spared', result: 'alert' };
  return isUsed ? { kind: 'close', outcome: 'back in service' } : undefined;
}

function whenReplaced(
  { replacement, deadlineAtMs }: DrainIncident,
  { autoScaling, tasks }: DrainObservation,
  { policy, nowMs, wait }: Circumstances & { readonly wait: Wait },
): InterruptedDecision | undefined {
  if (replacement === undefined || policy.repairs === 'off') return undefined;
  if (autoScaling?.lifecycleState !== 'InService') return undefined;
  const { when, claimedAtMs } = replacement;
  const isClaimed =
    claimedAtMs !== undefined && (policy.mode === 'observe' || nowMs - claimedAtMs < REPLACEMENT_CLAIM_MS);
  // A look that did not see the tasks does not tell that the last one has stopped.
  const left = tasks?.filter((task) => task.lastStatus !== 'STOPPED');
  const isDrained = left !== undefined && isUnblocked(left, wait.unblockedAtMs, nowMs);
  const isDue = when === 'at once' || nowMs >= deadlineAtMs || isDrained;
  return isDue && !isClaimed ? { kind: 'replace', replacement: { when, claimedAtMs: nowMs } } : undefined;
}

function isGone(ec2State: string | undefined): boolean {
  return ec2State === 'terminated' || ec2State === 'gone';
}
