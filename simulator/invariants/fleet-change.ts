import { isRead } from '../wire/reads.ts';
import type { Call, Fact } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { clusterName } from './terms.ts';

/** Of the services that make up a fleet; Ebbtide's own record, queues and topic are its own to change. */
const FLEET_SERVICES: ReadonlySet<string> = new Set(['autoscaling', 'ec2', 'ecs', 'ssm']);

/** A function called something that changes the fleet, whether it took effect or not. */
export function isFleetChange(fact: Fact): fact is Call & { readonly atMs: number } {
  if (fact.kind !== 'call' || fact.functionName === undefined || !FLEET_SERVICES.has(fact.service)) return false;
  return !isRead(fact.operation);
}

/**
 * The names of the clusters in which a change is felt: the one that the call names, or those of its EC2 instances. What
 * EC2 has terminated and ECS has deregistered is felt nowhere any more. A hook is held for the clusters that the instance
 * was in since it began: a drain for one of them is not over because somebody deregisters the instance there.
 */
export function clustersTouched(call: Call, ledger: Ledger): string[] {
  if (call.service === 'ecs') return [clusterName(String(call.input.cluster ?? 'default'))];
  return instancesNamed(call, ledger).flatMap((id) => {
    const all = ledger.registrationsOf(id);
    const sinceMs = ledger.actionOf(call)?.startedAtMs ?? Number.POSITIVE_INFINITY;
    const listed = all.filter(({ status }) => status !== 'INACTIVE');
    const recent = all.filter(({ deregisteredAtMs = sinceMs }) => deregisteredAtMs >= sinceMs);
    if (listed.length === 0 && ledger.ec2State(id) === 'terminated') return [];
    const left = recent.length > 0 ? recent : all;
    return left.map(({ cluster }) => cluster);
  });
}

/** The EC2 instances that a change of Auto Scaling, EC2 or Systems Manager is about. */
export function instancesNamed(call: Call, ledger: Ledger): string[] {
  const { InstanceId, InstanceIds } = call.input;
  if (Array.isArray(InstanceIds)) return InstanceIds.map(String);
  const held = call.operation.includes('LifecycleAction') ? ledger.heldInstance(call) : InstanceId;
  return held === undefined ? [] : [String(held)];
}
