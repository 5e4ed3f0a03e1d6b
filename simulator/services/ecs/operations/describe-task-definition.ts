import type {
  DescribeTaskDefinitionRequest,
  DescribeTaskDefinitionResponse,
  TaskDefinition as TaskDefinitionShape,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import type { EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import type { TaskDefinition } from '../task-state.ts';
import { clientException } from './find.ts';

/** DescribeTaskDefinition: by family, family:revision or ARN. An unknown one is a ClientException. */
export function describeTaskDefinition(
  world: EcsWorld,
): Operation<DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ taskDefinition = '' }) => {
      const definition = findTaskDefinition(world, taskDefinition);
      if (definition === undefined) throw clientException('Unable to describe task definition.');
      return { taskDefinition: taskDefinitionShape(definition) };
    },
  };
}

export function taskDefinitionShape(definition: TaskDefinition): TaskDefinitionShape {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: 'ACTIVE',
    containerDefinitions: [...definition.containers],
    cpu: String(definition.cpu),
    memory: String(definition.memory),
  };
}
