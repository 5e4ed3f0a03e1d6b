import { completeLifecycleAction, describeAutoScalingInstances } from '../aws/auto-scaling.ts';
import type { Policy } from '../config/settings.ts';
import { decideLaunchArrival, decideLaunchReturn, isStandingKnown } from '../domain/launch.ts';
import { deadlineOf, endOf, isArriving } from '../domain/lifecycle.ts';
import type { AutoScalingInstance, Ec2InstanceId, LifecycleAction } from '../domain/model.ts';
import { isOwnedHook } from '../domain/name-patterns.ts';
import { joinActions, toHeldAction } from '../incidents/held-actions.ts';
import { type LaunchIncident, newLaunch } from '../incidents/launch-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { findHomes, type GroupHome, policyOf } from './homes.ts';
import { reviewOrKeepAlive } from './keep-alive.ts';
import { endEarlier, homesOfLaunches, reviewLaunches } from './launches.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { warnOfMisfit } from './misfits.ts';
import { perform } from './perform.ts';
import { planLooks } from './planned-looks.ts';
import { findRegistrationsAnywhere, isLookedAfter, type Unread, UnreadError } from './registrations.ts';
import { orAsk } from './returns.ts';

/**
 * Looks at instances that a launch hook is said to hold: those that are on their way into a warm pool are let in at
 * once, for the others the wait for their agent begins.
 *
 * @returns what failed, by EC2 instance id
 */
export async function reviewLaunchArrivals(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
  allowance: Allowance,
): Promise<Failures> {
  const owned = actions.filter(({ hookName }) => isOwnedHook(runtime.config.policy.lifecycleHooks, hookName));
  if (owned.length === 0) return new Map();
  const homesOf = (ids: readonly Ec2InstanceId[]) => homesOfLaunches(runtime, ids);
  const ids = [...new Set(owned.map(subjectOf))];
  const states = await tryTo(() => describeAutoScalingInstances(runtime.autoScaling, ids));
  if (states instanceof LookFailure) {
    return reviewOrKeepAlive(runtime, owned, () => Promise.reject(states.cause), homesOf);
  }
  const held = owned.filter(({ ec2InstanceId }) => isArriving(states.get(ec2InstanceId)?.lifecycleState ?? ''));
  return reviewOrKeepAlive(runtime, held, () => receive(runtime, owned, states, allowance), homesOf);
}

async function receive(
  runtime: Runtime,
  owned: readonly LifecycleAction[],
  states: ReadonlyMap<string, AutoScalingInstance>,
  allowance: Allowance,
): Promise<Failures> {
  const homes = await findHomes(
    runtime,
    owned.map(({ groupName }) => groupName),
  );
  const stateOf = (action: LifecycleAction) => states.get(subjectOf(action))?.lifecycleState;
  const unread: Unread = new Map();
  // It may come back into the pool from a cluster: the sweep cannot tell which hook holds it.
  const isPooled = (action: LifecycleAction) => stateOf(action) === 'Warmed:Pending:Wait';
  const sought = owned.filter((action) => isPooled(action) || homes.get(action.groupName)?.unread).map(subjectOf);
  const seen = sought.length > 0 ? await findRegistrationsAnywhere(runtime, sought, [], unread) : undefined;

  const begun: LaunchIncident[] = [];
  const failures = await eachOf(owned, subjectOf, allowance, async (action) => {
    const [registered] = seen?.get(subjectOf(action)) ?? [];
    const known: GroupHome = homes.get(action.groupName) ?? { isCertain: false, hooks: [] };
    if (registered === undefined && known.unread) throw known.unread;
    if (registered === undefined && isPooled(action) && unread.size > 0) throw new UnreadError(unread);
    const home = registered === undefined ? known : { ...known, clusterArn: registered.clusterArn };
    if (registered !== undefined && !isLookedAfter(runtime, registered.clusterArn)) return;
    const policy = await policyOf(runtime, home.clusterArn);
    const decision = decideLaunchArrival(stateOf(action), home, policy);
    runtime.logger.info(`launch action: ${decision.kind}`, { action, decision });
    if (decision.kind === 'let into the pool') await letIntoPool(runtime, policy, action);
    if (decision.kind !== 'wait') return;
    const { clusterArn, hooks } = home;
    const clusterTags = clusterArn === undefined ? undefined : runtime.policies.tags(clusterArn);
    const fresh = { ...toIncident(action, home, { policy, nowMs: runtime.now() }), clusterTags };
    const incident = await file(runtime, fresh, action);
    if (incident === undefined) return;
    begun.push(incident);
    const hook = hooks.find(({ name }) => name === action.hookName);
    const minutes = policy.launchDeadlineMinutes;
    if (clusterArn !== undefined) {
      await warnOfMisfit(runtime, hook, { clusterArn, setting: 'launchDeadlineMinutes', minutes });
    }
  });
  if (begun.length === 0) return failures;
  await planLooks(runtime, begun);

  // The event may be late, or lost, and the agent may be there already.
  const likely = begun.flatMap(({ clusterArn }) => clusterArn ?? []);
  const ids = begun.map(({ ec2InstanceId }) => ec2InstanceId);
  const registrations = await findRegistrationsAnywhere(runtime, ids, likely, unread);
  const looked = await reviewLaunches(runtime, begun, allowance, (incident) => {
    const found = registrations.get(incident.ec2InstanceId) ?? [];
    return { registrations: isStandingKnown(incident, found, unread) ? found : undefined };
  });
  for (const { id, ec2InstanceId } of begun) {
    if (looked.has(id)) failures.set(ec2InstanceId, looked.get(id));
  }
  return failures;
}

async function letIntoPool(runtime: Runtime, policy: Policy, action: LifecycleAction): Promise<void> {
  const { ec2InstanceId: subject, hookName: hook } = action;
  const effect = { operation: 'CompleteLifecycleAction', subject, hook, reason: 'goes into the warm pool' };
  await perform(runtime, policy, effect, () => completeLifecycleAction(runtime.autoScaling, action, 'CONTINUE'));
}

/** @returns the incident when it is ours to look at now */
async function file(
  runtime: Runtime,
  fresh: LaunchIncident,
  action: LifecycleAction,
): Promise<LaunchIncident | undefined> {
  let saved = await runtime.incidents.save(fresh, undefined);
  while (saved.kind === 'conflict') {
    const earlier = saved.current?.kind === 'launch' ? saved.current : undefined;
    const policy = await policyOf(runtime, earlier?.clusterArn ?? fresh.clusterArn);
    const decision = await orAsk(runtime, decideLaunchReturn(earlier, action), action, policy);
    if (decision.kind === 'ignore') {
      runtime.logger.info('launch action ignored', { action, reason: decision.reason });
      return undefined;
    }
    const next = earlier !== undefined && decision.kind === 'join' ? joined(earlier, fresh) : fresh;
    if (next === earlier) return earlier;
    saved = await runtime.incidents.save(next, next === fresh ? await endEarlier(runtime, earlier) : earlier);
  }
  return saved.incident.kind === 'launch' ? saved.incident : undefined;
}

function joined(earlier: LaunchIncident, fresh: LaunchIncident): LaunchIncident {
  const actions = joinActions(earlier.actions, fresh.actions);
  return actions === earlier.actions ? earlier : { ...earlier, actions: [...actions] };
}

function toIncident(
  action: LifecycleAction,
  { clusterArn, isCertain, hooks }: GroupHome,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): LaunchIncident {
  const { ec2InstanceId, groupName } = action;
  const hook = hooks.find(({ name }) => name === action.hookName);
  const hookEndsAtMs = endOf(action.startedAtMs, hook);
  const deadlineAtMs = deadlineOf(action.startedAtMs, policy.launchDeadlineMinutes, hookEndsAtMs);
  const actions = [toHeldAction(action, hook)];
  return newLaunch({ ec2InstanceId, groupName, clusterArn, isCertain, actions, deadlineAtMs, hookEndsAtMs }, nowMs);
}

function subjectOf({ ec2InstanceId }: LifecycleAction): string {
  return ec2InstanceId;
}
