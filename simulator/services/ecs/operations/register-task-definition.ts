import type {
  ContainerDefinition,
  RegisterTaskDefinitionRequest,
  RegisterTaskDefinitionResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import { parseClusterQuery } from '../cluster-query-parser.ts';
import { tagList } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { registerTaskDefinition as register } from '../task-definitions.ts';
import { clientException, notModelled, tagRecord } from './find.ts';
import { taskDefinitionShape } from './task-definition-shape.ts';

/** RegisterTaskDefinition: the simulated task takes its size from the task or from the sum of its containers. */
export function registerTaskDefinition(
  world: EcsWorld,
): Operation<RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse> {
  return {
    authorize: ({ family = '' }) => ({ resources: [arn(world.context, 'ecs', `task-definition/${family}:*`)] }),
    run: (request) => {
      check(request);
      const { family = '', containerDefinitions: containers = [], tags, ...registration } = request;
      const sum = (pick: (container: ContainerDefinition) => number | undefined) =>
        containers.reduce((total, container) => total + (pick(container) ?? 0), 0);
      const stopTimeouts = containers.flatMap(({ stopTimeout }) => stopTimeout ?? []);
      const definition = register(world, {
        family,
        cpu: sizeOf(request.cpu, 'cpu') ?? sum(({ cpu }) => cpu),
        memory: sizeOf(request.memory, 'memory') ?? sum(({ memory, memoryReservation }) => memoryReservation ?? memory),
        stopTimeoutSeconds: stopTimeouts.length > 0 ? Math.max(...stopTimeouts) : undefined,
        containers,
        registration,
        tags: tagRecord(tags),
      });
      return { taskDefinition: taskDefinitionShape(definition), tags: tagList(definition.tags) };
    },
  };
}

/** Units or MiB; also `1 vCPU` and `2 GB` (task_definition_parameters, Task size). */
function sizeOf(text: string | undefined, what: 'cpu' | 'memory'): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*(vcpu|gb)?\s*$/i.exec(text) ?? [];
  const isOther = unit !== undefined && (unit.toLowerCase() === 'gb') !== (what === 'memory');
  if (amount === undefined || isOther) throw clientException(`Invalid '${what}' setting for task: ${text}`);
  return Number(amount) * (unit === undefined ? 1 : 1_024);
}

function check(request: RegisterTaskDefinitionRequest): void {
  const { containerDefinitions: containers = [] } = request;
  if (containers.length === 0) throw clientException('Container list cannot be empty.');
  for (const container of containers) checkContainer(request, container);
  const names = containers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw clientException(`Container names must be unique: ${twice} is there twice.`);
  if (containers.every(({ essential }) => essential === false)) {
    throw clientException('At least one essential container must be specified.');
  }
  for (const { expression = '' } of request.placementConstraints ?? []) parseClusterQuery(expression);
  if (request.requiresCompatibilities?.includes('FARGATE')) throw notModelled('Fargate (requiresCompatibilities)');
}

function checkContainer(request: RegisterTaskDefinitionRequest, container: ContainerDefinition): void {
  const { name, image, memory, memoryReservation, mountPoints = [] } = container;
  if (!name) throw clientException('Container.name should not be null or empty.');
  if (!image) throw clientException('Container.image should not be null or empty.');
  const invalid = `Invalid setting for container '${name}'.`;
  if (memory === undefined && memoryReservation === undefined && request.memory === undefined) {
    throw clientException(`${invalid} At least one of 'memory' or 'memoryReservation' must be specified.`);
  }
  if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation) {
    throw clientException(`${invalid} 'memory' must not be less than 'memoryReservation'.`);
  }
  const volumes = new Set((request.volumes ?? []).map((volume) => volume.name));
  const unknown = mountPoints.find(({ sourceVolume }) => !volumes.has(sourceVolume));
  if (unknown !== undefined) throw clientException(`Unknown volume '${unknown.sourceVolume}'.`);
}
