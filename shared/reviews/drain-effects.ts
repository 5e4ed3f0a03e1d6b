import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Alert } from '../alerts/alert.ts';
import {
  cutShortAlert,
  isToldAbout,
  leftAlert,
  overAlert,
  releaseAlert,
  stalledAlert,
} from '../alerts/drain-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { completeLifecycleAction, describeGroup, recordHeartbeat } from '../aws/auto-scaling.ts';
import { stopTask } from '../aws/tasks.ts';
import type { Close, DrainDecision, DrainObservation, Release, Wait } from '../domain/drain.ts';
import type { Task } from '../domain/model.ts';
import { nameTask } from '../domain/stuck.ts';
import { clusterOf, type DrainIncident, type HeldAction } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { closed, policyIn, type Subject, setState } from './drain-subject.ts';
import { explainBlocking } from './explanations.ts';
import { actOnInterruption } from './interruption-effects.ts';
import { describeRegistrations } from './look-up.ts';
import { perform } from './perform.ts';

export async function act(subject: Subject, decision: DrainDecision): Promise<unknown> {
  const { runtime, incident } = subject;
  switch (decision.kind) {
    case 'wait':
      return keepWaiting(subject, decision);
    case 'release':
      return release(subject, decision);
    case 'set active':
      await setState(subject, decision.registrations, 'ACTIVE');
      // What was drained before the mode was changed is to be put right when Ebbtide may act again.
      if (isLeftDraining(subject)) return undefined;
      return commit(runtime, closed(incident, 'back in service', runtime.now()), incident);
    case 'close':
      return close(subject, decision);
    case 'taken':
    case 'replace':
    case 'spared':
      return actOnInterruption(subject, decision);
    case 'hook ended':
      return commit(
        runtime,
        { ...withOverAlert(incident, { outcome: 'hook ended' }, runtime.now()), phase: 'returning' },
        incident,
      );
  }
}

function isLeftDraining({ policy, incident, observation: { instances = [] } }: Subject): boolean {
  const atHome = instances.filter(({ clusterArn }) => clusterArn === clusterOf(incident));
  return policy.mode === 'observe' && atHome.some(({ status }) => status === 'DRAINING');
}

/** Somebody else ended it. Whoever was told that it is stuck, or theirs to decide, is told that it is over. */
async function close(subject: Subject, { outcome, lost = [] }: Close): Promise<unknown> {
  const { runtime, incident, policy } = subject;
  const nowMs = runtime.now();
  // Who was told that it is stuck may well have ended it. In observe mode nothing is kept alive, and runs out.
  const isNews = incident.stalledAtMs === undefined && incident.endToldAtMs === undefined && policy.mode === 'act';
  if (lost.length > 0 && isNews) {
    const alert = cutShortAlert(incident, lost.map(nameTask), nowMs);
    return commit(runtime, { ...closed(incident, outcome, nowMs), outbox: [...incident.outbox, alert] }, incident);
  }
  return endWithout(runtime, incident, outcome, lost);
}

/**
 * What gives way to a new drain is over first, so that its history and its alerts are kept.
 *
 * @returns the incident as it is now; undefined when somebody else wrote first
 */
export async function endUnfinished(
  runtime: Runtime,
  earlier: DrainIncident | undefined,
): Promise<DrainIncident | undefined> {
  if (earlier === undefined || earlier.phase === 'closed') return earlier;
  return endWithout(runtime, earlier, earlier.outcome ?? 'hook ended');
}

/**
 * Its cluster is not looked after any more: nothing more is done about it. What Ebbtide leaves behind (a hook that is
 * kept alive no longer, a container instance that stays DRAINING) is for on-call to end.
 */
export async function leave(runtime: Runtime, incident: DrainIncident): Promise<void> {
  const nowMs = runtime.now();
  const outcome = 'not looked after';
  runtime.logger.info('drain: leave', { incident: incident.id, ec2InstanceId: incident.ec2InstanceId, outcome });
  const alert = leftAlert(incident, { isOpen: isOpenAlert(incident) }, nowMs);
  await commit(runtime, { ...closed(incident, outcome, nowMs), outbox: [...incident.outbox, alert] }, incident);
}

async function endWithout(
  runtime: Runtime,
  incident: DrainIncident,
  outcome: string,
  lost: readonly Task[] = [],
): Promise<DrainIncident | undefined> {
  const nowMs = runtime.now();
  const next = closed(withOverAlert(incident, { outcome, lost }, nowMs), outcome, nowMs);
  const saved = await commit(runtime, next, incident);
  return saved?.kind === 'drain' ? saved : undefined;
}

function withOverAlert(
  incident: DrainIncident,
  { outcome, lost = [] }: { readonly outcome: string; readonly lost?: readonly Task[] },
  nowMs: number,
): DrainIncident {
  const outbox = [...incident.outbox, overAlert(incident, { outcome, lost: lost.map(nameTask) }, nowMs)];
  return isOpenAlert(incident) ? { ...incident, outbox } : incident;
}

/** Whether on-call was told that it is stuck, or theirs to decide, and not yet how it ended. */
function isOpenAlert(incident: DrainIncident): boolean {
  return isToldAbout(incident) && incident.phase === 'draining' && incident.endToldAtMs === undefined;
}

async function keepWaiting(subject: Subject, decision: Wait): Promise<void> {
  // First of all, so that nothing that fails below lets the hook expire.
  const heartbeatAtMs = await beat(subject, decision.heartbeats);
  await note(subject, decision, heartbeatAtMs);
  await setState(subject, decision.toDrain, 'DRAINING');
  await stopTasks(subject, decision.toStop);
}

async function note(subject: Subject, decision: Wait, heartbeatAtMs: number): Promise<void> {
  const { runtime, incident } = subject;
  const { lostContact, unblockedAtMs } = decision;
  const isStalledNow = decision.isStalled && incident.stalledAtMs === undefined;
  const isUnchanged = lostContact?.atMs === incident.lostContact?.atMs && unblockedAtMs === incident.unblockedAtMs;
  if (decision.heartbeats.length === 0 && isUnchanged && !isStalledNow) return;
  const beaten = new Set(decision.heartbeats.map(({ hookName }) => hookName));
  const actions = incident.actions.map((action) =>
    beaten.has(action.hookName) ? { ...action, heartbeatAtMs } : action,
  );
  const next = { ...incident, actions, lostContact, unblockedAtMs };
  await commit(runtime, isStalledNow ? await withStalledAlert(subject, next, decision.blocking ?? []) : next, incident);
}

async function withStalledAlert(
  { runtime, observation }: Subject,
  next: DrainIncident,
  tasks: readonly Task[],
): Promise<DrainIncident> {
  const blocking = await explainBlocking(runtime, next, { tasks, isAgentConnected: isAgentConnected(observation) });
  const nowMs = runtime.now();
  return { ...next, stalledAtMs: nowMs, outbox: [...next.outbox, stalledAlert(next, blocking, nowMs)] };
}

/** Taken for connected when nobody looked. */
function isAgentConnected({ instances }: DrainObservation): boolean {
  return instances === undefined || instances.some((instance) => instance.agentConnected);
}

async function stopTasks(subject: Subject, tasks: readonly Task[]): Promise<void> {
  const { runtime, incident } = subject;
  for (const { arn, clusterArn } of tasks) {
    const effect = { operation: 'StopTask', subject: arn };
    const reason = `ebbtide: ${incident.ec2InstanceId} is draining`;
    await perform(runtime, await policyIn(subject, clusterArn), effect, () =>
      stopTask(runtime.ecs, clusterArn, arn, reason),
    );
  }
}

async function beat({ runtime, policy }: Subject, actions: readonly HeldAction[]): Promise<number> {
  for (const action of actions) {
    const effect = {
      operation: 'RecordLifecycleActionHeartbeat',
      subject: action.ec2InstanceId,
      hook: action.hookName,
    };
    await perform(runtime, policy, effect, () => recordHeartbeat(runtime.autoScaling, action));
  }
  return runtime.now();
}

/**
 * The hook first, then the record: should the function die in between, the next look completes the hook again, which
 * is harmless, while a drain that is only recorded as over would hold its instance until the hook expires.
 */
async function release(subject: Subject, decision: Release): Promise<void> {
  const { runtime, policy, incident } = subject;
  const { reason } = decision;
  if (reason === 'lost contact' && (await isBack(subject, decision))) return;
  const isRetained = decision.result !== 'CONTINUE' && (await isRetainedOnAbandon(runtime, incident));
  const result = decision.result === 'RESTORE' ? (isRetained ? 'ABANDON' : 'CONTINUE') : decision.result;
  const remaining = await describeRemaining(subject, decision);
  const isObserved = policy.mode === 'observe';
  const alert = releaseAlert(
    incident,
    { reason, result, isRetained, isObserved, isUnreadable: subject.observation.unreadable !== undefined, remaining },
    runtime.now(),
  );
  const told = alert === undefined ? incident : await tell(runtime, incident, alert);
  if (told === undefined) return;
  for (const action of told.actions) {
    const hook = action.hookName;
    const effect = { operation: 'CompleteLifecycleAction', subject: action.ec2InstanceId, hook, result, reason };
    await perform(runtime, policy, effect, () => completeLifecycleAction(runtime.autoScaling, action, result));
  }
  const nowMs = runtime.now();
  const livesOn = incident.destination !== 'termination' || isRetained;
  const ended: DrainIncident = livesOn ? { ...told, phase: 'returning', outcome: reason } : closed(told, reason, nowMs);
  if (!(await commit(runtime, ended, told))) return;
  runtime.metrics.addMetric(reason === 'drained' ? 'InstancesDrained' : 'DrainsCutShort', MetricUnit.Count, 1);
  runtime.metrics.addMetric('DrainSeconds', MetricUnit.Seconds, (nowMs - incident.openedAtMs) / 1_000);
}

/** Looked at once more right before: an agent that came back while others were looked at can tell of its tasks again. */
async function isBack({ runtime, incident }: Subject, { remaining }: Release): Promise<boolean> {
  const silent = new Set(remaining.map(({ containerInstanceArn }) => containerInstanceArn));
  const instances = await describeRegistrations(runtime, incident.registrations);
  return [...instances.values()].some(
    ({ arn, agentConnected }) => agentConnected && (silent.size === 0 || silent.has(arn)),
  );
}

/** A line for each task that has not stopped, with what keeps it as long as that matters. */
async function describeRemaining(
  { runtime, incident, observation }: Subject,
  { reason, remaining }: Release,
): Promise<string[]> {
  if (observation.unreadable !== undefined) return [`unknown, as AWS could not be asked: ${observation.unreadable}`];
  if (reason === 'terminated') return remaining.map(nameTask);
  return explainBlocking(runtime, incident, { tasks: remaining, isAgentConnected: isAgentConnected(observation) });
}

/**
 * Told before it is done, and noted: should the function die in between, or another one have written first, on-call is
 * neither left in the dark about an instance that is gone by then, nor told twice.
 *
 * @returns the incident as it is now; undefined when another function is at it
 */
async function tell(runtime: Runtime, incident: DrainIncident, alert: Alert): Promise<DrainIncident | undefined> {
  if (incident.endToldAtMs !== undefined) return incident;
  const next = { ...incident, endToldAtMs: runtime.now(), outbox: [...incident.outbox, alert] };
  const current = await commit(runtime, next, incident);
  return current?.kind === 'drain' && current.phase === 'draining' ? current : undefined;
}

/** Whether ABANDON would leave the instance running: the instance lifecycle policy of its group says so. */
async function isRetainedOnAbandon({ autoScaling }: Runtime, { actions }: DrainIncident): Promise<boolean> {
  const [action] = actions;
  return action !== undefined && (await describeGroup(autoScaling, action.groupName))?.retainsOnAbandon === true;
}
