import { managedDrainOverAlert, managedDrainStalledAlert } from '../alerts/managed-drain-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { describeLifecycleHooks } from '../aws/auto-scaling.ts';
import { listTasksOn } from '../aws/tasks.ts';
import { decideManagedDrain, type ManagedDrainDecision } from '../domain/managed-drain.ts';
import type { AutoScalingGroup, AutoScalingInstance, ContainerInstance } from '../domain/model.ts';
import { MANAGED_DRAINING_HOOK, ownHooksAt } from '../domain/name-patterns.ts';
import type { DrainIncident, ManagedDrainIncident } from '../incidents/incident.ts';
import { managedDrainId } from '../incidents/managed-drain-incident.ts';
import type { Runtime } from '../runtime.ts';
import { toRegistration } from './begin-drains.ts';
import { isLookDue } from './drains.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { explainBlocking } from './explanations.ts';
import { describeRegistrations } from './look-up.ts';
import { byLiveliness, findRegistrationsAnywhere, isLookedAfter, type Unread } from './registrations.ts';

interface Swept {
  readonly watched: readonly ManagedDrainIncident[];
  readonly drains: readonly DrainIncident[];
  readonly groups: readonly AutoScalingGroup[];
}

/** Looks at instances that ECS drains by itself: says why they are stuck, and changes nothing. */
export async function sweepManagedDrains(
  runtime: Runtime,
  { watched, drains, groups }: Swept,
  allowance: Allowance,
): Promise<Failures> {
  const known = new Set([...watched, ...drains].map(({ ec2InstanceId }) => ec2InstanceId));
  const members = groups.flatMap(({ instances }) => instances);
  const held = members.filter(({ lifecycleState }) => lifecycleState === 'Terminating:Wait');
  const states = new Map(members.map(({ ec2InstanceId, lifecycleState }) => [ec2InstanceId, lifecycleState]));
  const unwatched = await watch(
    runtime,
    held.filter(({ ec2InstanceId }) => !known.has(ec2InstanceId)),
    allowance,
  );
  // By a new setting one of its hooks may be ours: then our own drain tells.
  for (const { ec2InstanceId, actions } of drains) if (actions.length > 0) states.delete(ec2InstanceId);
  const failures = await eachOf(
    watched,
    ({ id }) => id,
    allowance,
    (incident) => review(runtime, incident, states.get(incident.ec2InstanceId)),
  );
  return new Map([...unwatched, ...failures]);
}

/** Begins to watch those that ECS's hook holds, and none of ours. */
async function watch(
  runtime: Runtime,
  instances: readonly AutoScalingInstance[],
  allowance: Allowance,
): Promise<Failures> {
  const managed: AutoScalingInstance[] = [];
  for (const [groupName, members] of Map.groupBy(instances, (instance) => instance.groupName)) {
    const hooks = await describeLifecycleHooks(runtime.autoScaling, groupName);
    const own = ownHooksAt('autoscaling:EC2_INSTANCE_TERMINATING', hooks, runtime.config.policy.lifecycleHooks);
    if (own.length === 0 && hooks.some(({ name }) => name === MANAGED_DRAINING_HOOK)) managed.push(...members);
  }
  if (managed.length === 0) return new Map();
  const ids = managed.map(({ ec2InstanceId }) => ec2InstanceId);
  const unread: Unread = new Map();
  const registered = await findRegistrationsAnywhere(runtime, ids, [], unread);
  const failures = await eachOf(managed, idOf, allowance, async ({ ec2InstanceId, groupName }) => {
    const lookedAfter = (registered.get(ec2InstanceId) ?? [])
      .filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn))
      .sort(byLiveliness);
    const [first, ...others] = lookedAfter;
    if (first === undefined) return;
    const ownHooks = [...runtime.config.policy.lifecycleHooks];
    const fresh = { ...toIncident(groupName, [first, ...others], runtime.now()), ownHooks };
    const saved = await runtime.incidents.save(fresh, undefined);
    // Of an earlier stay in service: a warm pool gives an instance back with its registration.
    if (saved.kind === 'conflict' && saved.current?.closedAtMs !== undefined) {
      await runtime.incidents.save(fresh, saved.current);
    }
  });
  return new Map([...unread, ...failures]);
}

function idOf({ ec2InstanceId }: AutoScalingInstance): string {
  return ec2InstanceId;
}

function toIncident(
  groupName: string,
  [first, ...others]: readonly [ContainerInstance, ...ContainerInstance[]],
  nowMs: number,
): ManagedDrainIncident {
  return {
    kind: 'managed-drain',
    id: managedDrainId(first.arn),
    version: 0,
    phase: 'watching',
    openedAtMs: nowMs,
    outbox: [],
    ec2InstanceId: first.ec2InstanceId,
    groupName,
    clusterArn: first.clusterArn,
    registrations: [toRegistration(first), ...others.map(toRegistration)],
  };
}

async function review(
  runtime: Runtime,
  incident: ManagedDrainIncident,
  lifecycleState: string | undefined,
): Promise<void> {
  const { clusterArn, openedAtMs, registrations } = incident;
  if (!isLookedAfter(runtime, clusterArn)) return end(runtime, incident, 'not looked after');
  const policy = await runtime.policies.of(clusterArn);
  if (lifecycleState === 'Terminating:Wait' && !isLookDue(runtime.now() - openedAtMs)) return;
  const held = lifecycleState === 'Terminating:Wait' ? registrations : [];
  const lists = held.map((one) => listTasksOn(runtime.ecs, one.clusterArn, one.arn));
  const tasks = (await Promise.all(lists)).flat();
  const decision = decideManagedDrain(incident, { lifecycleState, tasks }, { policy, nowMs: runtime.now() });
  await act(runtime, incident, decision);
}

async function act(runtime: Runtime, incident: ManagedDrainIncident, decision: ManagedDrainDecision): Promise<void> {
  const { id, outbox, stalledAtMs } = incident;
  if (decision.kind === 'close') {
    return end(runtime, incident, stalledAtMs === undefined ? 'momentary' : 'hook ended');
  }
  const instances = [...(await describeRegistrations(runtime, incident.registrations)).values()];
  const isAgentConnected = instances.some((instance) => instance.agentConnected);
  const blocking = await explainBlocking(runtime, incident, { tasks: decision.left, isAgentConnected });
  runtime.logger.info(`managed drain: ${decision.kind}`, { incident: id, blocking });
  if (decision.kind === 'wait') return;
  const nowMs = runtime.now();
  const alert = managedDrainStalledAlert(incident, { blocking, nowMs });
  await commit(runtime, { ...incident, stalledAtMs: nowMs, outbox: [...outbox, alert] }, incident);
}

async function end(
  runtime: Runtime,
  incident: ManagedDrainIncident,
  outcome: 'momentary' | 'hook ended' | 'not looked after',
): Promise<void> {
  const nowMs = runtime.now();
  const isTold = incident.stalledAtMs !== undefined;
  const alerts = isTold ? [managedDrainOverAlert(incident, { isLeft: outcome === 'not looked after', nowMs })] : [];
  const outbox = [...incident.outbox, ...alerts];
  await commit(runtime, { ...incident, phase: 'closed', closedAtMs: nowMs, outcome, outbox }, incident);
}
