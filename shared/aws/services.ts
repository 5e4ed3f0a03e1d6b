import { DescribeServicesCommand, type ECSClient, type Service as ServiceDescription } from '@aws-sdk/client-ecs';
import type { ClusterArn, EcsService } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { isClusterGone, required } from './errors.ts';
import { missingArns } from './failures.ts';

/** API Reference, DescribeServices: up to 10 services. */
const DESCRIBE_MAX = 10;
/** ECS keeps 100 events; the last few tell what a service is waiting for. */
const EVENTS_MAX = 5;
/** API Reference, DeploymentConfiguration, and ECS guide, Daemon: where a service does not say otherwise. */
const PERCENT_DEFAULTS = {
  REPLICA: { minimumHealthyPercent: 100, maximumPercent: 200 },
  DAEMON: { minimumHealthyPercent: 0, maximumPercent: 100 },
};

/**
 * Services by name. Deleted ones are left out, whether ECS still describes them (INACTIVE) or not (MISSING); all of them
 * when the cluster is gone.
 */
export async function describeServices(
  ecs: ECSClient,
  cluster: ClusterArn,
  names: readonly string[],
): Promise<Map<string, EcsService>> {
  const found = new Map<string, EcsService>();
  try {
    for (const services of inBatches(names, DESCRIBE_MAX)) {
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services }));
      missingArns('DescribeServices', answer.failures);
      for (const description of (answer.services ?? []).filter(({ status }) => status !== 'INACTIVE')) {
        const service = toEcsService(cluster, description);
        found.set(service.name, service);
      }
    }
  } catch (error) {
    if (isClusterGone(error)) return new Map();
    throw error;
  }
  return found;
}

function toEcsService(clusterArn: ClusterArn, description: ServiceDescription): EcsService {
  const name = required(description, 'serviceName', 'a service');
  const schedulingStrategy = description.schedulingStrategy ?? 'REPLICA';
  const { minimumHealthyPercent, maximumPercent } = description.deploymentConfiguration ?? {};
  const defaults = PERCENT_DEFAULTS[schedulingStrategy];
  return {
    name,
    clusterArn,
    schedulingStrategy,
    desiredCount: required(description, 'desiredCount', name),
    runningCount: required(description, 'runningCount', name),
    pendingCount: required(description, 'pendingCount', name),
    minimumHealthyPercent: minimumHealthyPercent ?? defaults.minimumHealthyPercent,
    maximumPercent: maximumPercent ?? defaults.maximumPercent,
    deployments: description.deployments?.length ?? 0,
    events: lastEvents(description),
  };
}

/** ECS lists the newest first, but does not promise to. */
function lastEvents({ events = [] }: ServiceDescription): EcsService['events'] {
  return events
    .flatMap(({ createdAt, message }) => (createdAt && message ? { atMs: createdAt.getTime(), message } : []))
    .sort((one, other) => other.atMs - one.atMs)
    .slice(0, EVENTS_MAX);
}
