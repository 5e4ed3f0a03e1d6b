import { createHash } from 'node:crypto';
import type { Attachment, Cluster as ClusterShape, KeyValuePair } from '@aws-sdk/client-ecs';
import { MANAGED_DRAINING_HOOK } from '../capacity-providers.ts';
import { tagList } from '../shapes.ts';
import type { Cluster, EcsWorld } from '../state.ts';

/** @param include `ClusterField`s; what they name is left out, or empty, without them */
export function clusterShape(world: EcsWorld, cluster: Cluster, include: readonly string[]): ClusterShape {
  const count = (status: 'ACTIVE' | 'DRAINING') => cluster.byStatus.get(status)?.size ?? 0;
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.isDeleted ? 'INACTIVE' : 'ACTIVE',
    registeredContainerInstancesCount: count('ACTIVE') + count('DRAINING'),
    runningTasksCount: cluster.runningTasksCount,
    pendingTasksCount: cluster.pendingTasksCount,
    activeServicesCount: servicesOf(cluster, 'ACTIVE'),
    statistics: include.includes('STATISTICS') ? statistics(cluster) : [],
    settings: include.includes('SETTINGS') ? [{ name: 'containerInsights', value: cluster.containerInsights }] : [],
    tags: include.includes('TAGS') ? tagList(cluster.tags) : [],
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: cluster.defaultCapacityProviderStrategy.map((item) => ({
      weight: 0,
      base: 0,
      ...item,
    })),
    ...(include.includes('ATTACHMENTS') ? { attachments: attachments(world, cluster) } : {}),
    ...(cluster.attachmentsStatus === undefined ? {} : { attachmentsStatus: cluster.attachmentsStatus }),
    ...(include.includes('CONFIGURATIONS') && cluster.configuration !== undefined
      ? { configuration: cluster.configuration }
      : {}),
  };
}

function servicesOf(cluster: Cluster, status: 'ACTIVE' | 'DRAINING'): number {
  return [...cluster.services.values()].filter((service) => service.status === status).length;
}

/** Counts by launch type (Cluster, API reference, `statistics`). */
function statistics(cluster: Cluster): KeyValuePair[] {
  const onEc2 = [...cluster.runningTasks].filter((task) => task.launchType === 'EC2');
  const running = onEc2.filter((task) => task.lastStatus === 'RUNNING').length;
  const counts = {
    runningEC2TasksCount: running,
    runningFargateTasksCount: 0,
    pendingEC2TasksCount: onEc2.length - running,
    pendingFargateTasksCount: 0,
    activeEC2ServiceCount: servicesOf(cluster, 'ACTIVE'),
    activeFargateServiceCount: 0,
    drainingEC2ServiceCount: servicesOf(cluster, 'DRAINING'),
    drainingFargateServiceCount: 0,
  };
  return Object.entries(counts).map(([name, value]) => ({ name, value: String(value) }));
}

/** One for each provider whose hook of managed draining is in its group; managed scaling, which does not run, has none. */
function attachments(world: EcsWorld, cluster: Cluster): Attachment[] {
  return [...cluster.capacityProviders]
    .filter((name) => world.capacityProviders.get(name)?.managedDraining === 'ENABLED')
    .map((name) => ({
      id: stableUuid(`${cluster.arn}/${name}`),
      type: 'managed_draining',
      status: cluster.attachmentsStatus === 'UPDATE_IN_PROGRESS' ? 'PRECREATED' : 'ACTIVE',
      details: [
        { name: 'capacityProviderName', value: name },
        { name: 'autoScalingLifecycleHookName', value: MANAGED_DRAINING_HOOK },
      ],
    }));
}

/** An id that does not change from call to call, and draws nothing from the seed. */
function stableUuid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
