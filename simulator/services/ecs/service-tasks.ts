import { tagsOfServiceTask } from './managed-tags.ts';
import type { EcsService } from './service-state.ts';
import type { ContainerInstance, EcsWorld } from './state.ts';
import type { Task } from './task-state.ts';
import { startTask, stopTask } from './tasks.ts';

export function startServiceTask(
  world: EcsWorld,
  service: EcsService,
  {
    instance,
    capacityProviderName,
  }: { readonly instance: ContainerInstance; readonly capacityProviderName?: string | undefined },
): Task {
  const { definition, behaviour, deployment, name } = service;
  return startTask(world, {
    instance,
    definition,
    behaviour,
    group: `service:${name}`,
    startedBy: deployment.id,
    service,
    capacityProviderName,
    tags: tagsOfServiceTask(service),
  });
}

export function stopServiceTask(world: EcsWorld, service: EcsService, task: Task): void {
  const reason = `Scaling activity initiated by (deployment ${service.deployment.id})`;
  stopTask(world, task, { stopCode: 'ServiceSchedulerInitiated', reason });
}
