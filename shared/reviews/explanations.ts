import { describeServices } from '../aws/services.ts';
import { describeStopTimeouts } from '../aws/task-definitions.ts';
import { getTaskProtections } from '../aws/tasks.ts';
import type { EcsService, Task } from '../domain/model.ts';
import { explain, NOTHING_READ, type Surroundings } from '../domain/stuck.ts';
import { serviceNameOf } from '../domain/task-roles.ts';
import { clusterOf, type DrainIncident, type ManagedDrainIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';

/** What waits for tasks. */
type Explained = DrainIncident | ManagedDrainIncident;

/** The names of the services that tasks belong to, each once. */
export function servicesOf(tasks: readonly Task[]): string[] {
  return [...new Set(tasks.flatMap((task) => serviceNameOf(task) ?? []))];
}

/** Reads what is needed to say why these tasks have not left, and says it: a line for each, for people. */
export async function explainBlocking(
  runtime: Runtime,
  incident: Explained,
  { tasks, isAgentConnected }: { readonly tasks: readonly Task[]; readonly isAgentConnected: boolean },
): Promise<string[]> {
  if (tasks.length === 0) return [];
  const surroundings = await read(runtime, incident, tasks).catch((error: unknown) => {
    // Nothing is held up because it cannot be explained.
    runtime.logger.warn('what blocks could not be looked into', { incident: incident.id, error });
    return NOTHING_READ;
  });
  return explain(tasks, { ...surroundings, isAgentConnected }, runtime.now());
}

async function read(
  { ecs }: Runtime,
  incident: Explained,
  tasks: readonly Task[],
): Promise<Omit<Surroundings, 'isAgentConnected'>> {
  const ofServices = tasks.filter((task) => serviceNameOf(task) !== undefined);
  const stopping = tasks.filter((task) => task.desiredStatus === 'STOPPED');
  const cluster = clusterOf(incident);
  const [services, protectedUntil, stopTimeoutSeconds] = await Promise.all([
    describeServices(ecs, cluster, servicesOf(ofServices)),
    getTaskProtections(
      ecs,
      cluster,
      ofServices.map(({ arn }) => arn),
    ),
    describeStopTimeouts(
      ecs,
      stopping.flatMap(({ taskDefinitionArn }) => taskDefinitionArn ?? []),
    ),
  ]);
  return { services, protectedUntil, stopTimeoutSeconds };
}

/** The services of the tasks on an instance that have not stopped. */
export async function describeServicesOf(
  { ecs }: Pick<Runtime, 'ecs'>,
  incident: Explained,
  tasks: readonly Task[],
): Promise<Map<string, EcsService>> {
  const cluster = clusterOf(incident);
  const left = tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  // A name says nothing of a service of that name in another cluster: what is not known is waited for.
  const elsewhere = new Set(servicesOf(left.filter(({ clusterArn }) => clusterArn !== cluster)));
  const names = servicesOf(left).filter((name) => !elsewhere.has(name));
  return describeServices(ecs, cluster, names);
}
