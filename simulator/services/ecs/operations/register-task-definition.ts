import type { RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse } from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import type { EcsWorld } from '../state.ts';
import { registerTaskDefinition as register } from '../task-definitions.ts';
import { taskDefinitionShape } from './describe-task-definition.ts';
import { clientException } from './find.ts';

/** RegisterTaskDefinition: the simulated task takes its size from the task or from the sum of its containers. */
export function registerTaskDefinition(
  world: EcsWorld,
): Operation<RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const containers = request.containerDefinitions ?? [];
      if (containers.length === 0) throw clientException('Container list cannot be empty.');
      const sum = (pick: (container: (typeof containers)[number]) => number | undefined) =>
        containers.reduce((total, container) => total + (pick(container) ?? 0), 0);
      const stopTimeouts = containers.flatMap(({ stopTimeout }) => stopTimeout ?? []);
      const definition = register(world, {
        family: request.family ?? '',
        cpu: request.cpu === undefined ? sum(({ cpu }) => cpu) : Number(request.cpu),
        memory:
          request.memory === undefined
            ? sum(({ memory, memoryReservation }) => memoryReservation ?? memory)
            : Number(request.memory),
        stopTimeoutSeconds: stopTimeouts.length > 0 ? Math.max(...stopTimeouts) : undefined,
        containers,
      });
      return { taskDefinition: taskDefinitionShape(definition) };
    },
  };
}
