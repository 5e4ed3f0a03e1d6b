import { type DisconnectionDecision, isMissed } from '../domain/disconnection.ts';
import type { ClusterArn, ContainerInstance } from '../domain/model.ts';
import type { Runtime } from '../runtime.ts';
import { decide, type Subject } from './disconnections.ts';
import type { Failures } from './each.ts';
import { findRegistrationsAnywhere } from './registrations.ts';

/** A silent agent, and what is to be done about it. */
export interface Judged extends Subject {
  readonly decision: DisconnectionDecision;
}

export const WAIT = { kind: 'wait' } as const;

/**
 * Before a step is taken, the instance is looked for in the other clusters: asked only now, for it takes a call for each.
 * Where one of them cannot be asked, on-call is told all the same, and whatever would change the fleet waits.
 */
export async function judgeAll(
  runtime: Runtime,
  subjects: readonly Subject[],
): Promise<{ readonly subjects: Judged[]; readonly failures: Failures }> {
  // Where it was found before, it may be no more: whatever is due is looked for again.
  const judged = subjects.map((subject): Judged => {
    const decision = decide(runtime, { ...subject, observation: anywhere(subject) });
    return { ...subject, decision: isStep(decision) && isRenewed(subject, subjects) ? WAIT : decision };
  });
  const failures: Failures = new Map();
  const due = judged.filter(
    ({ decision, observation }) => isStep(decision) && observation.instance?.external === false,
  );
  if (due.length === 0) return { subjects: judged, failures };
  const likely = new Set(due.map(({ suspect }) => suspect.clusterArn));
  const sought = new Set([...due, ...[...likely].flatMap((cluster) => countedIn(cluster, judged))]);
  const ids = [...new Set([...sought].flatMap(({ observation }) => observation.instance?.ec2InstanceId ?? []))];
  const found = await findRegistrationsAnywhere(runtime, ids, [...likely], failures);
  const subjectsNow = judged.map((subject): Judged => {
    if (!sought.has(subject)) return subject;
    const others = found.get(subject.observation.instance?.ec2InstanceId ?? '') ?? [];
    const elsewhere = others.find(
      ({ agentConnected, clusterArn }) => agentConnected && clusterArn !== subject.suspect.clusterArn,
    );
    if (elsewhere === undefined) {
      const isLeftBehind = others.some((other) => isLaterElsewhere(other, subject));
      const observation = { ...subject.observation, isLeftBehind };
      if (!isStep(subject.decision) || subject.decision.kind === 'alert') return { ...subject, observation };
      if (failures.size > 0 || isLeftBehind) return { ...subject, observation, decision: WAIT };
      return { ...subject, observation: anywhere(subject) };
    }
    const observation = { ...subject.observation, connectedIn: elsewhere.clusterArn };
    return { ...subject, observation, decision: decide(runtime, { ...subject, observation }) };
  });
  return { subjects: subjectsNow, failures };
}

/**
 * Its agent has registered the instance once more, in the same cluster, and is silent under that name too: what is said and
 * done about the instance is decided there, once.
 */
function isRenewed({ observation: { instance } }: Subject, subjects: readonly Subject[]): boolean {
  const isLater = ({ observation: { instance: other } }: Subject) =>
    other?.clusterArn === instance?.clusterArn &&
    other?.ec2InstanceId === instance?.ec2InstanceId &&
    (other?.registeredAtMs ?? 0) > (instance?.registeredAtMs ?? 0);
  return instance !== undefined && subjects.some(isLater);
}

function anywhere({ observation }: Subject): Subject['observation'] {
  return { ...observation, connectedIn: undefined };
}

/** Where enough are away for an outage, all of them: what has moved to another cluster is no part of one. */
function countedIn(cluster: ClusterArn, judged: readonly Judged[]): Judged[] {
  const missed = judged.filter(
    ({ suspect, observation }) =>
      suspect.clusterArn === cluster && isMissed(observation) && observation.instance?.external === false,
  );
  const [first] = missed;
  return first === undefined || missed.length < first.policy.outageCountMin ? [] : missed;
}

/**
 * The agent was moved on since: what is done to the instance is decided where it is now, by the policy there, and not at
 * all in a cluster that is not looked after. There it may be away for a moment, which nobody here knows of.
 */
function isLaterElsewhere(other: ContainerInstance, { suspect, observation }: Subject): boolean {
  const registeredAtMs = observation.instance?.registeredAtMs ?? 0;
  return other.clusterArn !== suspect.clusterArn && (other.registeredAtMs ?? 0) > registeredAtMs;
}

/** A step of the ladder; not the removal of what is left of an instance that has gone. */
export function isStep(decision: DisconnectionDecision): boolean {
  if (decision.kind === 'deregister') return decision.reason === 'policy';
  return ['alert', 'restart', 'replace'].includes(decision.kind);
}
