/**
 * The policy for instances on their way into a cluster: let in when their agent is there, given up at the deadline.
 * Pure; `shared/reviews/launches.ts` observes and acts.
 */
import type { Policy } from '../config/settings.ts';
import type { HeldAction, LaunchIncident } from '../incidents/incident.ts';
import { clusterName } from './arns.ts';
import type { ReturnDecision } from './arrival.ts';
import { deadlineOf, isHeartbeatDue, isInWarmPool, isKnownWait } from './lifecycle.ts';
import type { ClusterArn, ContainerInstance, Ec2StatusChecks, LifecycleAction } from './model.ts';
import { isNameIn } from './name-patterns.ts';

/** Where the instances of a group belong, as far as that is known. */
export interface Home {
  readonly clusterArn?: ClusterArn | undefined;
  /** The group's tag says so, and any other cluster is wrong; otherwise its instances have been seen there. */
  readonly isCertain: boolean;
}

export type LaunchArrivalDecision =
  | { readonly kind: 'ignore'; readonly reason: string }
  /** The agent registers only after the instance has left the pool (Using warm pools, ECS_WARM_POOLS_CHECK). */
  | { readonly kind: 'let into the pool' }
  | { readonly kind: 'wait' };

/** What to do about an instance that a launch hook of ours is said to hold. */
export function decideLaunchArrival(
  lifecycleState: string | undefined,
  home: Home,
  policy: Pick<Policy, 'clusters'>,
): LaunchArrivalDecision {
  if (lifecycleState === 'Warmed:Pending:Wait') return { kind: 'let into the pool' };
  if (lifecycleState !== 'Pending:Wait') {
    return { kind: 'ignore', reason: `no hook holds it: ${lifecycleState ?? 'not in a group'}` };
  }
  if (home.isCertain && isOutOfScope(home, policy)) {
    return { kind: 'ignore', reason: 'its group belongs to a cluster that is not looked after' };
  }
  return { kind: 'wait' };
}

/** What a lifecycle action means for an instance that was waited for before, or is. */
export function decideLaunchReturn(earlier: LaunchIncident | undefined, action: LifecycleAction): ReturnDecision {
  if (earlier === undefined) return { kind: 'begin' };
  if (earlier.phase === 'waiting') return { kind: 'join' };
  const { hookName, token } = action;
  // The sweep finds an action without its token.
  const isKnown = earlier.completed.some((held) =>
    token === undefined ? held.hookName === hookName : isKnownWait(held, action),
  );
  if (!isKnown) return { kind: 'begin' };
  // Whoever was told that it did not arrive is told when it does: until then it is the same wait. And what was left to
  // others is theirs.
  const isOver = earlier.phase === 'closed' && earlier.outcome !== 'not looked after';
  return token === undefined && isOver ? { kind: 'ask' } : { kind: 'ignore', reason: 'dealt with before' };
}

/** How far an instance has come. */
export type Standing =
  | { readonly kind: 'not registered' }
  | {
      readonly kind:
        | 'connected'
        | 'disconnected'
        /** In another cluster than the one that its group belongs to. */
        | 'elsewhere'
        /** Only in clusters that Ebbtide must leave alone, and nothing says that it should not be there. */
        | 'out of scope';
      readonly instance: ContainerInstance;
    };

export interface LaunchObservation {
  /** `gone`: in no group any more. */
  readonly lifecycleState?: string | undefined;
  /** In whichever cluster; perhaps not all of them. */
  readonly registrations?: readonly ContainerInstance[] | undefined;
  /** Its group is tagged with a cluster that is looked after; undefined when not looked at. */
  readonly isWatched?: boolean | undefined;
  /** What EC2 says. Without it nothing is judged: it belongs into what on-call is told. */
  readonly ec2?: Ec2View | undefined;
}

export interface Ec2View {
  /** `gone` once EC2 has forgotten it. */
  readonly state: string;
  /** Of instances that run. */
  readonly checks: Ec2StatusChecks | undefined;
}

export type LaunchDecision =
  | { readonly kind: 'wait'; readonly heartbeats: readonly HeldAction[] }
  | { readonly kind: 'let in'; readonly instance: ContainerInstance }
  | { readonly kind: 'give up'; readonly result: Policy['launchDeadlineResult']; readonly known: Known }
  /** It is in service already: nothing holds it. */
  | { readonly kind: 'report'; readonly known: Known }
  | { readonly kind: 'replace' }
  | { readonly kind: 'close'; readonly outcome: 'registered' | 'left' | 'hook ended' | 'not looked after' };

/** What is known of an instance that has not arrived. */
export interface Known {
  readonly standing: Standing;
  readonly ec2: Ec2View;
}

export function decideLaunch(
  incident: LaunchIncident,
  observation: LaunchObservation,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): LaunchDecision {
  const { lifecycleState, registrations, ec2 } = observation;
  const isHeld = incident.actions.length > 0;
  if (lifecycleState !== undefined && !isArriving(lifecycleState)) return { kind: 'close', outcome: 'left' };
  const isOutside = isOutOfScope(incident, policy);
  if (isOutside && incident.isCertain) return { kind: 'close', outcome: 'not looked after' };
  const standing = registrations && standingOf(incident, registrations, policy);
  if (standing?.kind === 'connected') {
    return isHeld ? { kind: 'let in', instance: standing.instance } : { kind: 'close', outcome: 'registered' };
  }
  if (isLeft(incident, observation, policy)) return { kind: 'close', outcome: 'not looked after' };
  if (standing?.kind === 'out of scope') return { kind: 'close', outcome: 'not looked after' };
  // Somebody else completed the hook, or it expired: without one, the absence of a registered agent is a disconnection.
  // Unless it was Ebbtide, which died before it could note so: then on-call waits for its end.
  const isEndOurs = incident.endTold?.isOpen === true;
  if (isHeld && !isEndOurs && lifecycleState !== undefined && lifecycleState !== 'Pending:Wait') {
    return { kind: 'close', outcome: 'hook ended' };
  }
  if (!isHeld && incident.phase === 'waiting' && standing?.kind === 'disconnected') {
    return { kind: 'close', outcome: 'registered' };
  }
  // It may still register in a cluster that is looked after. Until it does, its hook ends as if nobody looked.
  if (isOutside) return { kind: 'wait', heartbeats: [] };
  const isJudged = standing !== undefined && ec2 !== undefined;
  if (isJudged && incident.phase === 'waiting' && nowMs >= incident.deadlineAtMs) {
    const known = { standing, ec2 };
    return isHeld ? { kind: 'give up', result: policy.launchDeadlineResult, known } : { kind: 'report', known };
  }
  const isInService = lifecycleState === 'InService';
  const isWatched = observation.isWatched !== false;
  // Where it is registered elsewhere, tasks may run on it; and of a silent agent the ladder takes care.
  const isNowhere = isJudged && standing.kind === 'not registered';
  if (isNowhere && incident.phase === 'told' && isInService && isWatched && isReplacementDue(incident, policy, nowMs)) {
    return { kind: 'replace' };
  }
  return { kind: 'wait', heartbeats: incident.actions.filter((action) => isHeartbeatDue(action, nowMs)) };
}

/**
 * How long it is waited for is what the settings say now: whoever changes them means those too that wait already. Once
 * on-call has been told, it stays.
 */
export function deadlineOfLaunch(
  { phase, actions, deadlineAtMs, hookEndsAtMs, endTold, openedAtMs }: LaunchIncident,
  { launchDeadlineMinutes, unregisteredMinutes }: Policy,
): number {
  if (phase !== 'waiting' || endTold !== undefined) return deadlineAtMs;
  if (actions.length > 0) {
    const startedAtMs = Math.min(...actions.map((action) => action.startedAtMs));
    return deadlineOf(startedAtMs, launchDeadlineMinutes, hookEndsAtMs);
  }
  return unregisteredMinutes === 'off' ? deadlineAtMs : openedAtMs + unregisteredMinutes * 60_000;
}

function isOutOfScope({ clusterArn }: Home, { clusters }: Pick<Policy, 'clusters'>): boolean {
  return clusterArn !== undefined && !isNameIn(clusters, clusterName(clusterArn));
}

/** No hook ever asked for it, and the operator does not want its group to be watched any more. */
function isLeft(
  { actions, completed, phase }: LaunchIncident,
  { isWatched }: LaunchObservation,
  policy: Policy,
): boolean {
  if (actions.length + completed.length > 0) return false;
  // Who was told stays told, until the instance is there or has left.
  return isWatched === false || (phase === 'waiting' && policy.unregisteredMinutes === 'off');
}

/** The group may refuse it for now (health check grace period), or be slow at it. */
const REPLACE_AGAIN_MS = 600_000;

/** Only where in service, and in a group that is watched: what a launch hook lets in has as long as any other there. */
export function isReplacementDue(
  { isCertain, openedAtMs, letInAtMs = openedAtMs, replacedAtMs }: LaunchIncident,
  { unregisteredAction, unregisteredMinutes }: Policy,
  nowMs: number,
): boolean {
  if (unregisteredAction !== 'replace' || unregisteredMinutes === 'off' || !isCertain) return false;
  if (nowMs - letInAtMs < unregisteredMinutes * 60_000) return false;
  return replacedAtMs === undefined || nowMs - replacedAtMs >= REPLACE_AGAIN_MS;
}

function isArriving(lifecycleState: string): boolean {
  return lifecycleState === 'InService' || (lifecycleState.startsWith('Pending') && !isInWarmPool(lifecycleState));
}

/** Registered, and done with it: with ENI trunking an instance passes through REGISTERING first. */
const REGISTERED: ReadonlySet<string> = new Set(['ACTIVE', 'DRAINING']);

export function standingOf(
  { clusterArn, isCertain }: Home,
  registrations: readonly ContainerInstance[],
  { clusters }: Pick<Policy, 'clusters'>,
): Standing {
  const belongs = (instance: ContainerInstance) =>
    isCertain ? instance.clusterArn === clusterArn : isNameIn(clusters, clusterName(instance.clusterArn));
  const here = registrations.filter(belongs);
  const connected = here.find(({ status, agentConnected }) => agentConnected && REGISTERED.has(status));
  if (connected !== undefined) return { kind: 'connected', instance: connected };
  const [disconnected] = here;
  if (disconnected !== undefined) return { kind: 'disconnected', instance: disconnected };
  const [other] = registrations;
  if (other === undefined) return { kind: 'not registered' };
  return { kind: isCertain ? 'elsewhere' : 'out of scope', instance: other };
}

/** What its group's tag says; otherwise where it is registered, which others of its group need not be. */
export function homeOf(
  home: Home,
  registrations: readonly ContainerInstance[],
  policy: Pick<Policy, 'clusters'>,
): ClusterArn | undefined {
  const standing = standingOf(home, registrations, policy);
  const isThere = standing.kind === 'connected' || standing.kind === 'disconnected';
  return isThere ? standing.instance.clusterArn : home.clusterArn;
}

/** Of one that is not there, it may be that it is in a cluster that ECS does not answer for; unless it does not belong there. */
export function isStandingKnown(
  { isCertain, clusterArn }: Home,
  registrations: readonly ContainerInstance[],
  unread: ReadonlyMap<ClusterArn, unknown>,
): boolean {
  if (unread.size === 0 || registrations.some(({ agentConnected }) => agentConnected)) return true;
  return isCertain && clusterArn !== undefined && !unread.has(clusterArn);
}
