import type { Tag } from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Authorization } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import { type Numbered, type Page, pageOf } from '../../pages.ts';
import type { EcsService } from '../service-state.ts';
import type { Cluster, ContainerInstance, EcsWorld } from '../state.ts';
import type { Task } from '../task-state.ts';

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function clientException(message: string): AwsError {
  return new AwsError('ClientException', message);
}

/** What AWS has and the simulator lacks: refused with ECS's own error, never taken and forgotten. */
export function notModelled(what: string): AwsError {
  return new AwsError('UnsupportedFeatureException', `The simulator does not model ${what}.`);
}

export function tagRecord(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}

/** Of one resource, from all requests together (API reference, Tag). */
export const TAGS_MAX = 50;

/** The last part of an ARN, or the id or name itself. */
export function lastPart(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf('/') + 1);
}

/** @param identifier name or ARN; `default` where the request names none */
export function clusterName(identifier: string | undefined): string {
  return lastPart(identifier ?? 'default');
}

export function findCluster(world: EcsWorld, identifier: string | undefined): Cluster {
  const cluster = world.clusters.get(clusterName(identifier));
  if (cluster !== undefined) return cluster;
  const wasDeleted = world.deletedClusters.has(clusterName(identifier));
  throw new AwsError(
    'ClusterNotFoundException',
    wasDeleted ? 'The referenced cluster was inactive.' : 'Cluster not found.',
  );
}

export function clusterArn(world: EcsWorld, identifier: string | undefined): string {
  return arn(world.context, 'ecs', `cluster/${clusterName(identifier)}`);
}

/** The ARN of a thing within a cluster, whether the request gave its ARN or its id. */
export function arnWithin(
  world: EcsWorld,
  kind: 'container-instance' | 'task' | 'service',
  { cluster, identifier }: { readonly cluster?: string | undefined; readonly identifier: string },
): string {
  if (identifier.startsWith('arn:')) return identifier;
  return arn(world.context, 'ecs', `${kind}/${clusterName(cluster)}/${identifier}`);
}

/** Undefined when the cluster has no such instance, INACTIVE for more than an hour included. */
export function findContainerInstance(cluster: Cluster, identifier: string): ContainerInstance | undefined {
  const instance = cluster.containerInstances.get(lastPart(identifier));
  if (identifier.startsWith('arn:') && instance?.arn !== identifier) return undefined;
  return instance;
}

export function findTask(cluster: Cluster, identifier: string): Task | undefined {
  if (identifier.startsWith('arn:')) return cluster.tasks.get(identifier);
  return cluster.tasks.get(`${cluster.arn.replace(':cluster/', ':task/')}/${identifier}`);
}

export function findService(cluster: Cluster, identifier: string): EcsService | undefined {
  const service = cluster.services.get(lastPart(identifier));
  if (identifier.startsWith('arn:') && service?.arn !== identifier) return undefined;
  return service;
}

export function requireAtMost(items: readonly unknown[], max: number, what: string): void {
  if (items.length === 0) throw invalidParameter(`${what} cannot be empty.`);
  if (items.length > max) throw invalidParameter(`${what} can have at most ${max} items.`);
}

/** A page of ARNs in ECS's form. @param maxResults 1-100, default 100 */
export function pageOfItems<Item extends Numbered>(
  items: readonly Item[],
  request: { readonly nextToken?: string | undefined; readonly maxResults?: number | undefined },
  sizeMax = 100,
): Page<Item> {
  const size = request.maxResults ?? sizeMax;
  if (size < 1 || size > 100) throw invalidParameter('maxResults must be between 1 and 100.');
  const page = pageOf(items, { token: request.nextToken, size });
  if (page === undefined) throw invalidParameter('Invalid token.');
  return page;
}

export function nextTokenOf(page: { readonly nextToken?: string }): { nextToken?: string } {
  return page.nextToken === undefined ? {} : { nextToken: page.nextToken };
}

/** Every call into a cluster carries `ecs:cluster` (Service Authorization Reference, Amazon ECS, condition keys). */
export function withinCluster(
  world: EcsWorld,
  cluster: string | undefined,
  resources: readonly string[],
): Authorization {
  return { resources, conditions: { 'ecs:cluster': clusterArn(world, cluster) } };
}
