import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { sparedAlert, takenAlert } from '../alerts/interruption-alerts.ts';
import { commit } from '../alerts/publish.ts';
import { terminateInGroup } from '../aws/auto-scaling.ts';
import type { InterruptedDecision } from '../domain/interruption.ts';
import type { Interruption, Replacement } from '../incidents/incident.ts';
import { closed, type Subject, setState } from './drain-subject.ts';
import { perform } from './perform.ts';

type Effect = Exclude<InterruptedDecision, { readonly kind: 'wait' | 'close' }>;

/** What is done about a drain that no hook asked for, beside what every drain has done for it. */
export async function actOnInterruption(subject: Subject, decision: Effect): Promise<unknown> {
  switch (decision.kind) {
    case 'taken':
      return end(subject, decision);
    case 'replace':
      return replace(subject, decision.replacement);
    case 'spared':
      return spare(subject, decision);
  }
}

async function end(
  { runtime, policy, incident }: Subject,
  { ec2State, lost }: Extract<Effect, { readonly kind: 'taken' }>,
): Promise<unknown> {
  const nowMs = runtime.now();
  const alert = takenAlert(incident, { ec2State, lost, isObserved: policy.mode === 'observe' }, nowMs);
  const outbox = alert === undefined ? incident.outbox : [...incident.outbox, alert];
  const ended =
    ec2State === 'terminated' ? closed(incident, 'interrupted', nowMs) : { ...incident, phase: 'returning' as const };
  if (!(await commit(runtime, { ...ended, outbox, outcome: 'interrupted' }, incident))) return;
  runtime.metrics.addMetric('InstancesInterrupted', MetricUnit.Count, 1);
  if (lost.length > 0) runtime.metrics.addMetric('TasksLost', MetricUnit.Count, lost.length);
}

/** Noted first: of several handlers one tells the group, which would otherwise be told to replace the replacement too. */
async function replace({ runtime, policy, incident }: Subject, replacement: Replacement): Promise<void> {
  if (!(await commit(runtime, { ...incident, replacement }, incident))) return;
  const { ec2InstanceId } = incident;
  const effect = { operation: 'TerminateInstanceInAutoScalingGroup', subject: ec2InstanceId, when: replacement.when };
  const outcome = await perform(runtime, policy, effect, () => terminateInGroup(runtime.autoScaling, ec2InstanceId));
  if (outcome === 'terminating') runtime.metrics.addMetric('InstancesReplaced', MetricUnit.Count, 1);
}

async function spare(subject: Subject, decision: Extract<Effect, { readonly kind: 'spared' }>): Promise<unknown> {
  const { runtime, policy, incident } = subject;
  const { interruption } = incident;
  if (interruption === undefined) return;
  const nowMs = runtime.now();
  const isObserved = policy.mode === 'observe';
  const alert = sparedAlert(incident, { result: decision.result, isObserved }, nowMs);
  const outbox = [...incident.outbox, alert];
  if (decision.result === 'alert') {
    const told: Interruption = { ...interruption, sparedToldAtMs: nowMs };
    return commit(runtime, { ...incident, interruption: told, outbox }, incident);
  }
  await setState(subject, decision.registrations, 'ACTIVE');
  return commit(runtime, { ...closed(incident, 'spared', nowMs), outbox }, incident);
}
