import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { releaseAlert } from '../alerts/drain-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { completeLifecycleAction, recordHeartbeat } from '../aws/auto-scaling.ts';
import { setContainerInstancesState } from '../aws/container-instances.ts';
import { listTasksOn } from '../aws/tasks.ts';
import type { Policy } from '../config/settings.ts';
import { type DrainDecision, type DrainObservation, decideDrain } from '../domain/drain.ts';
import type { ContainerInstance, Task } from '../domain/model.ts';
import { clusterOf, type DrainIncident, type Registration } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import type { Known } from './look-up.ts';
import { perform } from './perform.ts';

/**
 * Looks at drains in progress and takes each as far as it can go.
 *
 * @returns what failed, by incident id
 */
export async function reviewDrains(
  runtime: Runtime,
  incidents: readonly DrainIncident[],
  allowance: Allowance,
  known: Partial<Known> = {},
): Promise<Failures> {
  const open = incidents.filter(({ phase }) => phase !== 'closed');
  return eachOf(
    open,
    ({ id }) => id,
    allowance,
    async (incident) => {
      const observation = await observe(runtime, incident, known);
      const policy = await runtime.policies.of(clusterOf(incident));
      const decision = decideDrain(incident, observation, { policy, nowMs: runtime.now() });
      runtime.logger.info(`drain: ${decision.kind}`, describe(incident, decision));
      await act({ runtime, policy, incident }, decision);
    },
  );
}

/** `reviewDrains` for ids of incidents that may exist or not: an event names an instance, nobody knows if it drains. */
export async function reviewDrainsById(
  runtime: Runtime,
  ids: readonly string[],
  allowance: Allowance,
): Promise<Failures> {
  const incidents = await runtime.incidents.getMany(ids);
  const drains = [...incidents.values()].flatMap((incident) =>
    incident.kind === 'drain' && incident.phase === 'draining' ? [incident] : [],
  );
  return reviewDrains(runtime, drains, allowance);
}

async function observe(runtime: Runtime, incident: DrainIncident, known: Partial<Known>): Promise<DrainObservation> {
  const instances = known.instances && incident.registrations.flatMap(({ arn }) => known.instances?.get(arn) ?? []);
  const state = known.autoScaling?.get(incident.ec2InstanceId)?.lifecycleState;
  return {
    instances,
    autoScaling: known.autoScaling && { lifecycleState: state ?? 'gone' },
    ec2State: known.ec2 && (known.ec2.get(incident.ec2InstanceId)?.state ?? 'gone'),
    tasks: mustListTasks(incident, instances, runtime.now()) ? await listTasks(runtime, incident) : undefined,
  };
}

/** The counts of the container instances are enough to know that it is too early, and cost nothing more. */
function mustListTasks(
  incident: DrainIncident,
  instances: readonly ContainerInstance[] | undefined,
  nowMs: number,
): boolean {
  if (incident.phase !== 'draining') return false;
  if (instances === undefined || nowMs >= incident.deadlineAtMs || incident.lostContactAtMs !== undefined) return true;
  return instances.every((instance) => instance.runningTasksCount + instance.pendingTasksCount === 0);
}

async function listTasks(runtime: Runtime, { registrations }: DrainIncident): Promise<Task[]> {
  const lists = await Promise.all(
    registrations.map(({ arn, clusterArn }) => listTasksOn(runtime.ecs, clusterArn, arn)),
  );
  return lists.flat();
}

/** A drain, and the policy of its cluster. */
interface Subject {
  readonly runtime: Runtime;
  readonly policy: Policy;
  readonly incident: DrainIncident;
}

async function act(subject: Subject, decision: DrainDecision): Promise<unknown> {
  const { runtime, incident } = subject;
  switch (decision.kind) {
    case 'wait':
      return keepWaiting(subject, decision);
    case 'release':
      return release(subject, decision);
    case 'set active':
      await setState(subject, decision.registrations, 'ACTIVE');
      return commit(runtime, closed(incident, 'back in service', runtime.now()), incident);
    case 'close':
      return commit(runtime, closed(incident, decision.outcome, runtime.now()), incident);
    case 'hook ended':
      return commit(runtime, { ...incident, phase: 'returning' }, incident);
  }
}

async function keepWaiting(
  subject: Subject,
  { heartbeats, toDrain, lostContactAtMs }: Extract<DrainDecision, { kind: 'wait' }>,
): Promise<void> {
  const { runtime, policy, incident } = subject;
  await setState(subject, toDrain, 'DRAINING');
  for (const action of heartbeats) {
    const effect = {
      operation: 'RecordLifecycleActionHeartbeat',
      subject: action.ec2InstanceId,
      hook: action.hookName,
    };
    await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
  }
  if (heartbeats.length === 0 && lostContactAtMs === incident.lostContactAtMs) return;
  const beaten = new Set(heartbeats.map(({ hookName }) => hookName));
  const actions = incident.actions.map((action) =>
    beaten.has(action.hookName) ? { ...action, heartbeatAtMs: runtime.now() } : action,
  );
  await commit(runtime, { ...incident, actions, lostContactAtMs }, incident);
}

/**
 * The hook first, then the record: should the function die in between, the next look completes the hook again, which
 * is harmless, while a drain that is only recorded as over would hold its instance until the hook expires.
 */
async function release(
  { runtime, policy, incident }: Subject,
  decision: Extract<DrainDecision, { kind: 'release' }>,
): Promise<void> {
  const { result, reason } = decision;
  for (const action of incident.actions) {
    const hook = action.hookName;
    const effect = { operation: 'CompleteLifecycleAction', subject: action.ec2InstanceId, hook, result, reason };
    await perform(runtime, policy, effect, () => completeLifecycleAction(runtime.autoScaling, action, result));
  }
  const nowMs = runtime.now();
  const alert = releaseAlert(incident, decision, nowMs);
  const ended: DrainIncident =
    incident.destination === 'termination'
      ? closed(incident, reason, nowMs)
      : { ...incident, phase: 'returning', outcome: reason };
  await commit(runtime, alert === undefined ? ended : { ...ended, outbox: [...incident.outbox, alert] }, incident);
  runtime.metrics.addMetric(reason === 'drained' ? 'InstancesDrained' : 'DrainsCutShort', MetricUnit.Count, 1);
  runtime.metrics.addMetric('DrainSeconds', MetricUnit.Seconds, (nowMs - incident.openedAtMs) / 1_000);
}

function closed(incident: DrainIncident, outcome: string, nowMs: number): DrainIncident {
  return { ...incident, phase: 'closed', closedAtMs: nowMs, outcome };
}

async function setState(
  { runtime, policy }: Subject,
  registrations: readonly Registration[],
  status: 'ACTIVE' | 'DRAINING',
): Promise<void> {
  for (const [cluster, group] of Map.groupBy(registrations, ({ clusterArn }) => clusterArn)) {
    const arns = group.map(({ arn }) => arn);
    const effect = { operation: 'UpdateContainerInstancesState', subject: arns.join(', '), status };
    const changed = await perform(runtime, policy, effect, () =>
      setContainerInstancesState(runtime.ecs, cluster, arns, status),
    );
    if (changed !== 'observed' && changed.failures.length > 0) throw new StateNotChangedError(status, changed.failures);
  }
}

class StateNotChangedError extends Error {
  constructor(status: string, failures: readonly { arn: string; reason: string }[]) {
    super(`not set to ${status}: ${failures.map(({ arn, reason }) => `${arn} (${reason})`).join(', ')}`);
    this.name = 'StateNotChangedError';
  }
}

function describe(incident: DrainIncident, decision: DrainDecision): Record<string, unknown> {
  const tasks = decision.kind === 'wait' ? decision.blocking : decision.kind === 'release' ? decision.remaining : [];
  return {
    incident: incident.id,
    ec2InstanceId: incident.ec2InstanceId,
    decision: decision.kind,
    ...('reason' in decision && { reason: decision.reason, result: decision.result }),
    ...('outcome' in decision && { outcome: decision.outcome }),
    ...(tasks !== undefined && { tasks: tasks.map(({ arn, lastStatus }) => ({ arn, lastStatus })) }),
  };
}
