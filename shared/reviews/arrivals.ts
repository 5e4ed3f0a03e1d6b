import { describeAutoScalingInstances } from '../aws/auto-scaling.ts';
import { decideArrival } from '../domain/arrival.ts';
import { destinationOf } from '../domain/lifecycle.ts';
import type { AutoScalingInstance, ContainerInstance, Ec2InstanceId, LifecycleAction } from '../domain/model.ts';
import { isOwnedHook, ownHooksAt } from '../domain/name-patterns.ts';
import type { Runtime } from '../runtime.ts';
import { asHeldNow, keepUntilNextLook, release } from './arrival-effects.ts';
import { type BegunDrain, beginDrains } from './begin-drains.ts';
import { type Candidate, file } from './drain-filing.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { learnGroups, recallGroups } from './group-memories.ts';
import { reviewOrKeepAlive } from './keep-alive.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { warnOfMisfit } from './misfits.ts';
import { planSecondLooks } from './planned-looks.ts';
import {
  byLiveliness,
  clustersWithIncidents,
  findRegistrationsAnywhere,
  isLookedAfter,
  registrationsIn,
  type Unread,
  UnreadError,
} from './registrations.ts';

type MissingSince = ReadonlyMap<Ec2InstanceId, number>;

/**
 * Looks at instances that a terminate hook is said to hold: drains those that it really holds, and lets go those that
 * are in no cluster, look after look.
 *
 * @param missingSinceMs when an earlier look has seen them in no cluster
 * @returns what failed, by EC2 instance id
 */
export async function reviewArrivals(
  runtime: Runtime,
  actions: readonly LifecycleAction[],
  allowance: Allowance,
  missingSinceMs: MissingSince = new Map(),
): Promise<Failures> {
  const owned = actions.filter((action) => isOwned(runtime, action));
  if (owned.length === 0) return new Map();
  const states = await tryTo(() => describeAutoScalingInstances(runtime.autoScaling, idsOf(owned)));
  if (states instanceof LookFailure) return reviewOrKeepAlive(runtime, owned, () => Promise.reject(states.cause));
  const held = owned.filter((action) => isHeld(runtime, action, states.get(action.ec2InstanceId)));
  return reviewOrKeepAlive(runtime, held, () => receive(runtime, { held, states, missingSinceMs }, allowance));
}

async function receive(
  runtime: Runtime,
  {
    held,
    states,
    missingSinceMs,
  }: {
    readonly held: readonly LifecycleAction[];
    readonly states: ReadonlyMap<string, AutoScalingInstance>;
    readonly missingSinceMs: MissingSince;
  },
  allowance: Allowance,
): Promise<Failures> {
  const memories = await recallGroups(runtime, held);
  const homes = [...memories.values()].map((memory) => memory.clusterArn);
  const incidents = await clustersWithIncidents(runtime, idsOf(held));
  const unread: Unread = new Map();
  const likely = [...homes, ...[...incidents.values()].flat()];
  const registered = await findRegistrationsAnywhere(runtime, idsOf(held), likely, unread);
  const isHidden = ({ ec2InstanceId }: LifecycleAction) =>
    !isFound(runtime, registered.get(ec2InstanceId) ?? []) ||
    incidents.get(ec2InstanceId)?.some((cluster) => unread.has(cluster)) === true;
  const hidden = new Set(unread.size === 0 ? [] : held.filter(isHidden));
  const seen = held.filter((action) => !hidden.has(action));
  const unlearnt = await learnGroups(runtime, memories, seen, registered);

  const candidates: Candidate[] = [];
  const missing: LifecycleAction[] = [];
  const failures = await eachOf(held, subjectOf, allowance, async (action) => {
    if (hidden.has(action)) throw new UnreadError(unread);
    if (unlearnt.has(action.groupName)) throw unlearnt.get(action.groupName);
    const home = memories.get(action.groupName)?.clusterArn;
    const found = registered.get(action.ec2InstanceId) ?? [];
    // Nobody knew where it is at home when it was looked for: it may have moved, and left tasks behind there.
    const isUnasked = home !== undefined && !likely.includes(home) && found.every((one) => one.clusterArn !== home);
    const left = isUnasked ? await registrationsIn(runtime, home, [action.ec2InstanceId]) : [];
    const instances = [...found, ...left].sort(byLiveliness);
    const lookedAfter = instances.filter((instance) => isLookedAfter(runtime, instance.clusterArn));
    // It may have left the cluster of its group by now.
    const isElsewhere = home !== undefined && !isLookedAfter(runtime, home);
    const arrival = {
      autoScalingInstance: states.get(action.ec2InstanceId),
      registrations: lookedAfter,
      registeredElsewhere: instances.length > lookedAfter.length || isElsewhere,
      missingSinceMs: missingSinceMs.get(action.ec2InstanceId),
    };
    const decision = decideArrival(arrival, runtime.now());
    runtime.logger.info(`terminate action: ${decision.kind}`, { action, decision });
    if (decision.kind === 'release') await release(runtime, { action, home }, decision.reason);
    if (decision.kind === 'look again' && (await keepUntilNextLook(runtime, { action, home }))) missing.push(action);
    const [filedUnder, ...others] = lookedAfter;
    if (decision.kind !== 'drain' || filedUnder === undefined) return;
    const hooks = memories.get(action.groupName)?.hooks ?? [];
    const hook = hooks.find(({ name }) => name === action.hookName);
    const own = ownHooksAt('autoscaling:EC2_INSTANCE_TERMINATING', hooks, runtime.config.policy.lifecycleHooks);
    const siblings = own.filter((other) => other !== hook);
    candidates.push({
      action: await asHeldNow(runtime, action, filedUnder.clusterArn),
      destination: decision.destination,
      instances: [filedUnder, ...others],
      hook,
      siblings,
    });
  });
  const unbegun = await begin(runtime, candidates, allowance);
  await planSecondLooks(runtime, missing);
  return new Map([...failures, ...unbegun]);
}

/** So that no cluster which ECS does not answer for could change what is done about it. */
function isFound(runtime: Runtime, instances: readonly ContainerInstance[]): boolean {
  return instances.some(({ agentConnected, clusterArn }) => agentConnected || isLookedAfter(runtime, clusterArn));
}

function isOwned(runtime: Runtime, action: LifecycleAction): boolean {
  const owned = isOwnedHook(runtime.config.policy.lifecycleHooks, action.hookName);
  if (!owned) runtime.logger.info('terminate action: ignore', { action, reason: 'the hook is not ours' });
  return owned;
}

function isHeld(runtime: Runtime, action: LifecycleAction, instance: AutoScalingInstance | undefined): boolean {
  const lifecycleState = instance?.lifecycleState ?? 'not in a group';
  const held = destinationOf(lifecycleState) !== undefined;
  if (!held) runtime.logger.info('terminate action: ignore', { action, reason: `no hook holds it: ${lifecycleState}` });
  return held;
}

/** Files the incident first, so that of two handlers only one drains, then sets the instances DRAINING, ten a call. */
async function begin(runtime: Runtime, candidates: readonly Candidate[], allowance: Allowance): Promise<Failures> {
  const begun: BegunDrain[] = [];
  const failures = await eachOf(
    candidates,
    ({ action }) => subjectOf(action),
    allowance,
    async (candidate) => {
      const incident = await file(runtime, candidate);
      if (incident === undefined) return;
      begun.push({ incident, instances: candidate.instances });
      const [{ clusterArn }] = candidate.instances;
      const { drainDeadlineMinutes: minutes } = await runtime.policies.of(clusterArn);
      await warnOfMisfit(runtime, candidate.hook, { clusterArn, setting: 'drainDeadlineMinutes', minutes });
    },
  );

  for (const [id, error] of await beginDrains(runtime, begun, allowance)) failures.set(id, error);
  return failures;
}

function subjectOf(action: LifecycleAction): string {
  return action.ec2InstanceId;
}

function idsOf(actions: readonly LifecycleAction[]): string[] {
  return [...new Set(actions.map(subjectOf))];
}
