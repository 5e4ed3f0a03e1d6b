import type { Ec2StateChange } from '../events/ec2-state-change.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { reviewDrains } from './drains.ts';
import type { Allowance, Failures } from './each.ts';
import { lookUp } from './look-up.ts';
import { lookAtScheduledChanges, openChangesOf } from './scheduled-changes.ts';

/**
 * Looks at instances that EC2 stops or terminates, where a drain or a scheduled change is open about them. The rule hears
 * of every EC2 instance of the account, most of which have nothing to do with ECS: one read for the whole batch tells
 * them apart. An instance without either needs no look: ECS itself deregisters one that was connected, and the sweep
 * judges agents that are away by EC2's word every minute.
 *
 * @returns what failed, by EC2 instance id
 */
export async function reviewEc2Changes(
  runtime: Runtime,
  changes: readonly Ec2StateChange[],
  allowance: Allowance,
): Promise<Failures> {
  if (changes.length === 0) return new Map();
  const changed = new Set(changes.map(({ ec2InstanceId }) => ec2InstanceId));
  const named = (await runtime.incidents.listOpen()).filter((incident) => isAbout(incident, changed));
  if (named.length === 0) return new Map();
  const incidents = await runtime.incidents.getMany(named.map(({ id }) => id));
  const drains = [...incidents.values()].flatMap((incident) => (incident.kind === 'drain' ? [incident] : []));
  const registrations = drains.flatMap((drain) => drain.registrations);
  const known = await lookUp(runtime, registrations, [...changed]);
  const failures = [
    ...(await reviewDrains(runtime, drains, allowance, known)),
    ...(await lookAtScheduledChanges(runtime, openChangesOf(incidents), allowance, known)),
  ];
  const idOf = new Map([...incidents.values()].filter(isOfEc2).map(({ id, ec2InstanceId }) => [id, ec2InstanceId]));
  return new Map(failures.map(([id, error]) => [idOf.get(id) ?? id, error]));
}

type OfEc2 = Extract<Incident, { readonly kind: 'drain' | 'scheduled-change' }>;

function isAbout(incident: Incident, ec2InstanceIds: ReadonlySet<string>): boolean {
  return isOfEc2(incident) && ec2InstanceIds.has(incident.ec2InstanceId);
}

function isOfEc2(incident: Incident): incident is OfEc2 {
  return incident.kind === 'drain' || incident.kind === 'scheduled-change';
}
