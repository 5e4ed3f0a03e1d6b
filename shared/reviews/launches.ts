import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Alert } from '../alerts/alert.ts';
import { arrivalResolvedAlert, notArrivedAlert } from '../alerts/launch-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { completeLifecycleAction, recordHeartbeat } from '../aws/auto-scaling.ts';
import type { Policy } from '../config/settings.ts';
import {
  deadlineOfLaunch,
  decideLaunch,
  homeOf,
  type Known,
  type LaunchDecision,
  type LaunchObservation,
} from '../domain/launch.ts';
import type { Ec2InstanceId, LifecycleActionResult } from '../domain/model.ts';
import type { HeldAction, Incident, LaunchIncident } from '../incidents/incident.ts';
import { isLaunchId, launchId } from '../incidents/launch-incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Allowance, eachOf, type Failures } from './each.ts';
import { policyOf } from './homes.ts';
import { LookFailure, tryTo } from './look-failure.ts';
import { perform } from './perform.ts';

type Overdue = Extract<LaunchDecision, { kind: 'report' | 'replace' }>;

/**
 * Hears of instances in service that on-call is to be told of, or that are to be replaced. That is for the sweep, once it
 * has looked at the agents of their clusters.
 */
export type OnOverdue = (incident: LaunchIncident, decision: Overdue) => void;

/**
 * Looks at instances that have not arrived yet.
 *
 * @param observe what is known of each
 * @returns what failed, by incident id
 */
export async function reviewLaunches(
  runtime: Runtime,
  incidents: readonly LaunchIncident[],
  allowance: Allowance,
  observe: (incident: LaunchIncident) => LaunchObservation,
  onOverdue?: OnOverdue,
): Promise<Failures> {
  return eachOf(
    incidents.filter(({ phase }) => phase !== 'closed'),
    ({ id }) => id,
    allowance,
    async (stored) => {
      const seen = observe(stored);
      const clusterArn = homeOf(stored, seen.registrations ?? [], runtime.config.policy);
      const read = await tryTo(() => policyOf(runtime, clusterArn));
      const home = atHome(runtime, stored, clusterArn);
      const isBlind = read instanceof LookFailure;
      const policy = isBlind ? lastPolicyOf(runtime, home) : read;
      const incident = { ...home, deadlineAtMs: deadlineOfLaunch(home, policy) };
      // Without its policy nothing is judged, and the hook is kept from expiring.
      const observation = isBlind ? {} : seen;
      const decision = decideLaunch(incident, observation, { policy, nowMs: runtime.now() });
      runtime.logger.info(`launch: ${decision.kind}`, { incident: incident.id, group: incident.groupName, decision });
      if (decision.kind === 'report' || decision.kind === 'replace') onOverdue?.(incident, decision);
      else await act({ runtime, policy, incident }, decision);
      if (isBlind) throw read.cause;
    },
  );
}

/** Where it is at home is noted with whatever is written next: those who do not look there go by the mode of that cluster too. */
function atHome(
  { policies }: Runtime,
  incident: LaunchIncident,
  clusterArn: LaunchIncident['clusterArn'],
): LaunchIncident {
  if (clusterArn === undefined || clusterArn === incident.clusterArn) return incident;
  return { ...incident, clusterArn, clusterTags: policies.tags(clusterArn) };
}

/** As far as it is known without asking. */
export function lastPolicyOf(
  runtime: Runtime,
  { clusterArn, clusterTags }: Pick<LaunchIncident, 'clusterArn' | 'clusterTags'>,
) {
  return clusterArn === undefined ? runtime.config.policy : runtime.policies.known(clusterArn, clusterTags);
}

/** Where instances that are waited for, or were, are at home by the record, with what its tags said. */
export async function homesOfLaunches(runtime: Runtime, ids: readonly Ec2InstanceId[]) {
  const incidents = await runtime.incidents.getMany(ids.map(launchId));
  return new Map(
    [...incidents.values()].flatMap((incident) => {
      if (incident.kind !== 'launch' || incident.clusterArn === undefined) return [];
      const { ec2InstanceId, clusterArn, clusterTags } = incident;
      return [[ec2InstanceId, { clusterArn, clusterTags }] as const];
    }),
  );
}

/** `reviewLaunches` for ids of incidents that may be over by now: only their hooks are kept alive. */
export async function reviewLaunchesById(
  runtime: Runtime,
  ids: readonly string[],
  allowance: Allowance,
): Promise<Failures> {
  const incidents = await runtime.incidents.getMany(ids.filter(isLaunchId));
  const launches = [...incidents.values()].flatMap((incident) => (incident.kind === 'launch' ? [incident] : []));
  return reviewLaunches(runtime, launches, allowance, () => ({}));
}

interface Subject {
  readonly runtime: Runtime;
  readonly policy: Policy;
  readonly incident: LaunchIncident;
}

async function act(subject: Subject, decision: Exclude<LaunchDecision, Overdue>): Promise<unknown> {
  switch (decision.kind) {
    case 'wait':
      return beat(subject, decision.heartbeats);
    case 'let in':
      await complete(subject, 'CONTINUE', 'connected');
      return close(subject, 'registered');
    case 'give up':
      return giveUp(subject, decision.result, decision.known);
    case 'close':
      return close(subject, decision.outcome);
  }
}

async function beat({ runtime, policy, incident }: Subject, heartbeats: readonly HeldAction[]): Promise<void> {
  if (heartbeats.length === 0) return;
  for (const action of heartbeats) {
    const { ec2InstanceId: subject, hookName: hook } = action;
    const effect = { operation: 'RecordLifecycleActionHeartbeat', subject, hook };
    await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
  }
  const heartbeatAtMs = runtime.now();
  const beaten = new Set(heartbeats.map(({ hookName }) => hookName));
  const actions = incident.actions.map((action) =>
    beaten.has(action.hookName) ? { ...action, heartbeatAtMs } : action,
  );
  await commit(runtime, { ...incident, actions }, incident);
}

async function complete(
  { runtime, policy, incident }: Subject,
  result: LifecycleActionResult,
  reason: string,
): Promise<void> {
  for (const action of incident.actions) {
    const { ec2InstanceId: subject, hookName: hook } = action;
    const effect = { operation: 'CompleteLifecycleAction', subject, hook, result, reason };
    await perform(runtime, policy, effect, () => completeLifecycleAction(runtime.autoScaling, action, result));
  }
}

/**
 * Told before it is done, and noted: should the function die in between, nothing that is seen afterwards tells that the
 * instance did not arrive. An instance that was abandoned is gone, one that was let in is in service.
 */
async function giveUp(subject: Subject, result: LifecycleActionResult, known: Known): Promise<void> {
  const { runtime, policy, incident } = subject;
  const isOpen = result !== 'ABANDON' || policy.mode === 'observe';
  const alert = notArrivedAlert(incident, known, {
    nowMs: runtime.now(),
    isOver: !isOpen,
    done: doneWithHook(subject, result),
  });
  const told = incident.endTold === undefined ? await tell(runtime, incident, { alert, isOpen }) : incident;
  if (told === undefined) return;
  await complete({ ...subject, incident: told }, result, 'deadline');
  const nowMs = runtime.now();
  const next: LaunchIncident = told.endTold?.isOpen
    ? { ...told, phase: 'told', actions: [], completed: told.actions, letInAtMs: nowMs }
    : closed(told, 'abandoned', nowMs);
  if (await commit(runtime, next, told)) countNotRegistered(runtime);
}

/** @returns the incident as it is now; undefined when another function is at it */
async function tell(
  runtime: Runtime,
  incident: LaunchIncident,
  { alert, isOpen }: { readonly alert: Alert; readonly isOpen: boolean },
): Promise<LaunchIncident | undefined> {
  const endTold = { atMs: runtime.now(), isOpen };
  const saved = await commit(runtime, { ...incident, endTold, outbox: [...incident.outbox, alert] }, incident);
  return saved?.kind === 'launch' ? saved : undefined;
}

function doneWithHook({ policy, incident }: Subject, result: LifecycleActionResult): string {
  const hooks = incident.actions.map(({ hookName }) => hookName).join(', ');
  if (policy.mode === 'observe') return `nothing, as the mode is observe; ${hooks} would be completed with ${result}.`;
  return result === 'ABANDON'
    ? `${hooks} completed with ABANDON: the group terminates the instance and launches another.`
    : `${hooks} completed with CONTINUE: the instance goes into service all the same.`;
}

export function countNotRegistered({ metrics }: Runtime): void {
  metrics.addMetric('InstancesNotRegistered', MetricUnit.Count, 1);
}

/**
 * What gives way to a new wait is over first: who was told of it is told of that, too.
 *
 * @returns the incident as it is now; undefined when somebody else wrote first
 */
export async function endEarlier(
  runtime: Runtime,
  earlier: LaunchIncident | undefined,
): Promise<LaunchIncident | undefined> {
  if (earlier === undefined || earlier.phase === 'closed') return earlier;
  const ended = await close({ runtime, incident: earlier }, 'left');
  return ended?.kind === 'launch' ? ended : undefined;
}

async function close(
  { runtime, incident }: Pick<Subject, 'runtime' | 'incident'>,
  outcome: string,
): Promise<Incident | undefined> {
  const nowMs = runtime.now();
  const isOpen = incident.phase === 'told' || incident.endTold?.isOpen === true;
  const alerts = isOpen ? [arrivalResolvedAlert(incident, outcome, { nowMs })] : [];
  const next = { ...closed(incident, outcome, nowMs), outbox: [...incident.outbox, ...alerts] };
  return commit(runtime, next, incident);
}

function closed(incident: LaunchIncident, outcome: string, nowMs: number): LaunchIncident {
  const { actions, completed } = incident;
  return {
    ...incident,
    phase: 'closed',
    actions: [],
    completed: [...completed, ...actions],
    closedAtMs: nowMs,
    outcome,
  };
}
