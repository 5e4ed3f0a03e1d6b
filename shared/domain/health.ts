import type { ContainerInstance, InstanceHealthCheck } from './model.ts';

/**
 * The checks of a container instance that fail. INSUFFICIENT_DATA and INITIALIZING are no verdict, and an agent older than
 * 1.57.0 reports none at all (ECS guide, Monitor Amazon ECS container instance health).
 */
export function impairedChecks({ health = [] }: ContainerInstance): InstanceHealthCheck[] {
  return health.filter(({ status }) => status === 'IMPAIRED');
}

/** Where the agent is connected, yet ECS says that something on the instance is impaired: since when. */
export function impairedSince(instance: ContainerInstance): number | undefined {
  const since = impairedChecks(instance).flatMap(({ sinceMs }) => sinceMs ?? []);
  return since.length === 0 ? undefined : Math.min(...since);
}

/** Since when ECS itself has called the agent's connection impaired: it has been away for longer than that. */
export function connectivityImpairedSince(instance: ContainerInstance): number | undefined {
  return impairedChecks(instance).find(({ type }) => type === 'AGENT_CONNECTIVITY')?.sinceMs;
}
