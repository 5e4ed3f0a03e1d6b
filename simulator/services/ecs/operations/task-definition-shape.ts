import type { TaskDefinition as TaskDefinitionShape } from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import type { TaskDefinition } from '../task-state.ts';
import { clientException } from './find.ts';

export function taskDefinitionShape(definition: TaskDefinition): TaskDefinitionShape {
  const { cpu, memory, ...registration } = definition.registration;
  return {
    volumes: [],
    placementConstraints: [],
    compatibilities: ['EXTERNAL', 'EC2'],
    ...registration,
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: definition.status === 'DELETED' ? 'DELETE_IN_PROGRESS' : definition.status,
    containerDefinitions: definition.containers.map((container) => ({
      essential: true,
      portMappings: [],
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      ...container,
    })),
    cpu: cpu ?? String(definition.cpu),
    memory: memory ?? String(definition.memory),
    registeredAt: new Date(definition.registeredAtMs),
    ...instant('deregisteredAt', definition.deregisteredAtMs),
    ...instant('deleteRequestedAt', definition.deleteRequestedAtMs),
  };
}

function instant(name: string, ms: number | undefined): Record<string, Date> {
  return ms === undefined ? {} : { [name]: new Date(ms) };
}

/** The definition that a task or service is to run. */
export function runnableDefinition(world: EcsWorld, identifier: string | undefined): TaskDefinition {
  const definition = findTaskDefinition(world, identifier ?? '');
  if (definition === undefined) throw clientException('TaskDefinition not found.');
  if (definition.status !== 'ACTIVE') throw clientException('TaskDefinition is inactive');
  if (definition.registration.networkMode === 'awsvpc') {
    const message = 'The simulator does not model task networking: networkMode awsvpc cannot be run.';
    throw new AwsError('UnsupportedFeatureException', message);
  }
  return definition;
}
