import { commit } from '../alerts/publish.ts';
import type { ContainerInstance, Ec2InstanceId } from '../domain/model.ts';
import { clusterOf, type DisconnectionIncident, type DrainIncident, type Registration } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';
import { toRegistration } from './begin-drains.ts';
import { describeReadable } from './look-up.ts';
import { findRegistrationsAnywhere, isLookedAfter, type Unread } from './registrations.ts';

interface Joined extends Looked {
  /** The EC2 instances that may have more registrations: ECS did not answer for a cluster where they would be. */
  readonly unsearched: ReadonlySet<Ec2InstanceId>;
}

interface Looked {
  readonly drains: readonly DrainIncident[];
  /** By container instance ARN. */
  readonly instances: ReadonlyMap<string, ContainerInstance>;
}

/**
 * Registrations of draining instances that their drains do not know of yet join them: tasks on any of them go with the
 * instance, and where one is ACTIVE, ECS would place more.
 *
 * - An agent that loses its data registers the instance once more, in the same cluster or, when it was moved, in another.
 *   Looked for only where an agent is silent, as the one of the old registration is from then on, or its registration gone.
 * - What an agent left behind in another cluster has a silent agent, and an incident of that.
 *
 * @param away the open incidents of silent agents
 * @param unread gets the clusters that ECS does not answer for
 */
export async function joinNewRegistrations(
  runtime: Runtime,
  { drains, instances }: Looked,
  away: readonly DisconnectionIncident[],
  unread: Unread,
): Promise<Joined> {
  const draining = drains.filter(({ phase }) => phase === 'draining');
  const silent = draining.filter(({ registrations }) =>
    registrations.some(({ arn }) => !instances.get(arn)?.agentConnected),
  );
  const ids = new Set(draining.map(({ ec2InstanceId }) => ec2InstanceId));
  const behind = leftBehind(runtime, draining, away);
  const left = await describeReadable(runtime, behind.map(toLeft), unread);
  const unreadBehind = behind.filter(({ clusterArn }) => unread.has(clusterArn));
  const registered = await findNew(runtime, silent, unread);
  const unsure = [...unreadBehind, ...(unread.size > 0 ? silent : [])];
  const unsearched = new Set(unsure.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []));
  const news = [...left.values(), ...registered].filter(({ ec2InstanceId }) => ids.has(ec2InstanceId));
  if (news.length === 0) return { drains, instances, unsearched };
  const joined = new Map<string, DrainIncident | undefined>();
  for (const drain of draining) {
    const next = withRegistrations(drain, news);
    if (next === undefined) continue;
    const saved = await commit(runtime, next, drain);
    joined.set(drain.id, saved?.kind === 'drain' ? saved : undefined);
  }
  return {
    // Where somebody else wrote first, the next sweep finds it: without the registration it may look drained.
    drains: drains.flatMap((drain) => (joined.has(drain.id) ? (joined.get(drain.id) ?? []) : [drain])),
    instances: new Map([...instances, ...news.map((one) => [one.arn, one] as const)]),
    unsearched,
  };
}

function leftBehind(
  runtime: Runtime,
  drains: readonly DrainIncident[],
  away: readonly DisconnectionIncident[],
): DisconnectionIncident[] {
  return away
    .filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn))
    .filter(({ ec2InstanceId, containerInstanceArn }) =>
      drains.some((drain) => drain.ec2InstanceId === ec2InstanceId && !knows(drain, containerInstanceArn)),
    );
}

function toLeft({ containerInstanceArn: arn, clusterArn }: DisconnectionIncident): Registration {
  return { arn, clusterArn };
}

/** In the clusters of these drains, and for instances without a live agent there in all that are looked after. */
async function findNew(
  runtime: Runtime,
  silent: readonly DrainIncident[],
  unread: Unread,
): Promise<ContainerInstance[]> {
  if (silent.length === 0) return [];
  const ids: Ec2InstanceId[] = [...new Set(silent.map(({ ec2InstanceId }) => ec2InstanceId))];
  const found = await findRegistrationsAnywhere(runtime, ids, [...new Set(silent.map(clusterOf))], unread);
  return [...found.values()].flat().filter(({ clusterArn }) => isLookedAfter(runtime, clusterArn));
}

function withRegistrations(drain: DrainIncident, news: readonly ContainerInstance[]): DrainIncident | undefined {
  const own = news.filter(({ ec2InstanceId, arn }) => ec2InstanceId === drain.ec2InstanceId && !knows(drain, arn));
  if (own.length === 0) return undefined;
  const [filedUnder, ...others] = drain.registrations;
  const unique = new Map(own.map((instance) => [instance.arn, toRegistration(instance)]));
  return { ...drain, registrations: [filedUnder, ...others, ...unique.values()] };
}

function knows({ registrations }: DrainIncident, arn: string): boolean {
  return registrations.some((one) => one.arn === arn);
}
