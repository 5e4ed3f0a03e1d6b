/** One of a container instance's resources, as both the API and the events have it. */
export interface Resource {
  readonly name?: string | undefined;
  readonly integerValue?: number | undefined;
}

/**
 * Whether no task holds anything on an instance any more, the ones that are still stopping included: ECS gives a task's
 * resources back when it has stopped. By CPU and memory, because some ports are never free.
 *
 * @returns undefined when it cannot be told
 */
export function areResourcesFree(registered: readonly Resource[], remaining: readonly Resource[]): boolean | undefined {
  const pairs = ['CPU', 'MEMORY'].map((name) => [amountOf(registered, name), amountOf(remaining, name)]);
  if (pairs.flat().includes(undefined)) return undefined;
  return pairs.every(([all, free]) => free === all);
}

function amountOf(of: readonly Resource[], name: string): number | undefined {
  return of.find((resource) => resource.name === name)?.integerValue;
}
