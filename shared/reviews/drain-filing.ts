import type { Policy } from '../config/settings.ts';
import { decideReturn } from '../domain/arrival.ts';
import { type Destination, deadlineOf, endOf } from '../domain/lifecycle.ts';
import type { LifecycleAction, LifecycleHook } from '../domain/model.ts';
import { joinActions, toHeldAction } from '../incidents/held-actions.ts';
import { type DrainIncident, drainId } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { type Registered, toRegistration, underUnfinished } from './begin-drains.ts';
import { endUnfinished } from './drain-effects.ts';
import { orAsk } from './returns.ts';

/** A lifecycle action that is to be drained for, with all that is needed to begin. */
export interface Candidate {
  readonly action: LifecycleAction;
  readonly destination: Destination;
  /** The first is the one the incident is filed under. */
  readonly instances: Registered;
  /** Undefined when it has just been deleted: the action goes on all the same. */
  readonly hook: LifecycleHook | undefined;
  /** The other hooks of ours that hold the instance with it: their events may come later, or never. */
  readonly siblings: readonly LifecycleHook[];
}

/**
 * Writes down a drain that is to begin, or to go on for another action: of several handlers only one drains.
 *
 * @returns the incident when it is ours to act on now
 */
export async function file(runtime: Runtime, given: Candidate): Promise<DrainIncident | undefined> {
  const candidate = { ...given, instances: await underUnfinished(runtime, given.instances) };
  const [{ clusterArn }] = candidate.instances;
  const begun = toIncident(candidate, runtime.now(), await runtime.policies.of(clusterArn));
  const fresh = { ...begun, clusterTags: runtime.policies.tags(clusterArn) };
  let saved = await runtime.incidents.save(fresh, undefined);
  while (saved.kind === 'conflict') {
    const earlier = saved.current?.kind === 'drain' ? saved.current : undefined;
    const { action, destination } = candidate;
    const policy = await runtime.policies.of(clusterArn);
    const decision = await orAsk(runtime, decideReturn(earlier, action, destination), action, policy);
    if (decision.kind === 'ignore') {
      runtime.logger.info('lifecycle action ignored', { action, reason: decision.reason });
      return undefined;
    }
    const next = earlier !== undefined && decision.kind === 'join' ? joined(earlier, fresh) : fresh;
    if (next === earlier) return earlier;
    saved = await runtime.incidents.save(next, next === fresh ? await endUnfinished(runtime, earlier) : earlier);
  }
  return saved.incident.kind === 'drain' ? saved.incident : undefined;
}

function joined(incident: DrainIncident, fresh: DrainIncident): DrainIncident {
  const actions = joinActions(incident.actions, fresh.actions);
  if (actions === incident.actions) return incident;
  // It was drained for an interruption before any hook held it: the hook brings its own end.
  const { deadlineAtMs, hookEndsAtMs, destination } = incident.actions.length === 0 ? fresh : incident;
  return {
    ...incident,
    actions: [...actions],
    deadlineAtMs,
    hookEndsAtMs,
    destination,
    clusterTags: fresh.clusterTags,
  };
}

function toIncident(
  { action, destination, instances, hook, siblings }: Candidate,
  nowMs: number,
  { drainDeadlineMinutes }: Policy,
): DrainIncident {
  const [filedUnder, ...others] = instances;
  const hookEndsAtMs = soonest([hook, ...siblings].map((each) => endOf(action.startedAtMs, each)));
  return {
    kind: 'drain',
    id: drainId(filedUnder.arn),
    version: 0,
    phase: 'draining',
    destination,
    openedAtMs: nowMs,
    outbox: [],
    ec2InstanceId: action.ec2InstanceId,
    registrations: [toRegistration(filedUnder), ...others.map(toRegistration)],
    actions: [
      toHeldAction(action, hook),
      ...siblings.map((other) => toHeldAction({ ...action, hookName: other.name, token: undefined }, other)),
    ],
    deadlineAtMs: deadlineOf(action.startedAtMs, drainDeadlineMinutes, hookEndsAtMs),
    hookEndsAtMs,
  };
}

/** Of the instants that are known. */
function soonest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((one) => one !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
