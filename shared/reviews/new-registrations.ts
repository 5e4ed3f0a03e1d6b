import { commit } from '../alerts/publish.ts';
import { findRegistrations } from '../aws/container-instances.ts';
import type { ContainerInstance } from '../domain/model.ts';
import { clusterOf, type DrainIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { toRegistration } from './begin-drains.ts';
import { describeRegistrations } from './look-up.ts';

interface Looked {
  readonly drains: readonly DrainIncident[];
  /** By container instance ARN. */
  readonly instances: ReadonlyMap<string, ContainerInstance>;
}

/**
 * An agent that loses its data while its instance drains registers the instance once more, ACTIVE: ECS would place tasks
 * there that go with the instance. Such a registration joins the drain. Looked for only where an agent is silent, as the
 * one of the old registration is from then on.
 */
export async function joinNewRegistrations(runtime: Runtime, { drains, instances }: Looked): Promise<Looked> {
  const silent = drains.filter(
    ({ phase, registrations }) =>
      phase === 'draining' && registrations.some(({ arn }) => instances.get(arn)?.agentConnected === false),
  );
  if (silent.length === 0) return { drains, instances };
  const found = new Map(instances);
  const joined = new Map<string, DrainIncident>();
  for (const [clusterArn, group] of Map.groupBy(silent, clusterOf)) {
    const ids = group.map(({ ec2InstanceId }) => ec2InstanceId);
    const arns = await findRegistrations(runtime.ecs, clusterArn, ids);
    const unknown = arns.filter(
      (arn) => !group.some(({ registrations }) => registrations.some((one) => one.arn === arn)),
    );
    const described = await describeRegistrations(
      runtime,
      unknown.map((arn) => ({ arn, clusterArn })),
    );
    for (const drain of group) {
      const news = [...described.values()].filter(({ ec2InstanceId }) => ec2InstanceId === drain.ec2InstanceId);
      if (news.length === 0) continue;
      const next = { ...drain, registrations: [...drain.registrations, ...news.map(toRegistration)] };
      const saved = await commit(runtime, next as DrainIncident, drain);
      // Where somebody else wrote first, the next sweep finds it.
      if (saved?.kind !== 'drain') continue;
      joined.set(drain.id, saved);
      for (const instance of news) found.set(instance.arn, instance);
    }
  }
  return { drains: drains.map((drain) => joined.get(drain.id) ?? drain), instances: found };
}
