import type { EcsService } from './service-state.ts';

/** Tags that ECS gives by itself (ecs-using-tags, ECS managed tags). */
export function managedTags(clusterName: string, serviceName?: string): Record<string, string> {
  return {
    'aws:ecs:clusterName': clusterName,
    ...(serviceName === undefined ? {} : { 'aws:ecs:serviceName': serviceName }),
  };
}

/** What a service's task is tagged with: propagated tags, and those of ECS. Undefined: nothing, as by default. */
export function tagsOfServiceTask(service: EcsService): Record<string, string> {
  const { propagateTags, managedTags: isManaged } = service.settings;
  const propagated =
    propagateTags === 'SERVICE' ? service.tags : propagateTags === 'TASK_DEFINITION' ? service.definition.tags : [];
  return {
    ...Object.fromEntries(propagated),
    ...(isManaged ? managedTags(service.cluster.name, service.name) : {}),
  };
}
