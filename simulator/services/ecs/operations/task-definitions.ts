import type {
  DeleteTaskDefinitionsRequest,
  DeleteTaskDefinitionsResponse,
  DeregisterTaskDefinitionRequest,
  DeregisterTaskDefinitionResponse,
  DescribeTaskDefinitionRequest,
  DescribeTaskDefinitionResponse,
  Failure,
  ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionFamiliesResponse,
  ListTaskDefinitionsRequest,
  ListTaskDefinitionsResponse,
} from '@aws-sdk/client-ecs';
import type { Operation } from '../../../wire/service.ts';
import { tagList } from '../shapes.ts';
import { type EcsWorld, now } from '../state.ts';
import { findTaskDefinition, taskDefinitions } from '../task-definitions.ts';
import type { TaskDefinition } from '../task-state.ts';
import { clientException, lastPart, nextTokenOf, pageOfItems, requireAtMost } from './find.ts';
import { taskDefinitionShape } from './task-definition-shape.ts';

/** DescribeTaskDefinition: by family, family:revision or ARN, INACTIVE ones included. */
export function describeTaskDefinition(
  world: EcsWorld,
): Operation<DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ taskDefinition = '', include = [] }) => {
      const definition = findTaskDefinition(world, taskDefinition);
      if (definition === undefined) throw clientException('Unable to describe task definition.');
      const tags = tagList(definition.tags);
      return { taskDefinition: taskDefinitionShape(definition), ...(include.includes('TAGS') ? { tags } : {}) };
    },
  };
}

/** By family, then by revision; what AWS calls lexicographically is taken as by code unit. */
function byName(a: TaskDefinition, b: TaskDefinition): number {
  if (a.family === b.family) return a.revision - b.revision;
  return a.family < b.family ? -1 : 1;
}

/** ListTaskDefinitions: `familyPrefix` is a whole family; ACTIVE ones unless `status` says otherwise. */
export function listTaskDefinitions(
  world: EcsWorld,
): Operation<ListTaskDefinitionsRequest, ListTaskDefinitionsResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const { familyPrefix, status = 'ACTIVE', sort = 'ASC' } = request;
      const found = taskDefinitions(world)
        .filter((one) => one.status === status && (familyPrefix === undefined || one.family === familyPrefix))
        .sort((a, b) => (sort === 'DESC' ? byName(b, a) : byName(a, b)));
      const page = pageOfItems(
        found.map((definition, serial) => ({ serial, definition })),
        request,
      );
      return { taskDefinitionArns: page.items.map(({ definition }) => definition.arn), ...nextTokenOf(page) };
    },
  };
}

/** ListTaskDefinitionFamilies: of either kind unless `status` says ACTIVE (has an ACTIVE revision) or INACTIVE. */
export function listTaskDefinitionFamilies(
  world: EcsWorld,
): Operation<ListTaskDefinitionFamiliesRequest, ListTaskDefinitionFamiliesResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const { familyPrefix = '', status = 'ALL' } = request;
      const families = Map.groupBy(taskDefinitions(world), ({ family }) => family);
      const found = [...families]
        .filter(([family]) => family.startsWith(familyPrefix))
        .filter(([, revisions]) => {
          const isActive = revisions.some((one) => one.status === 'ACTIVE');
          return status === 'ALL' || isActive === (status === 'ACTIVE');
        })
        .map(([family]) => family)
        .sort();
      const page = pageOfItems(
        found.map((family, serial) => ({ serial, family })),
        request,
      );
      return { families: page.items.map(({ family }) => family), ...nextTokenOf(page) };
    },
  };
}

/** DeregisterTaskDefinition: what runs, runs on; nothing new starts from it. */
export function deregisterTaskDefinition(
  world: EcsWorld,
): Operation<DeregisterTaskDefinitionRequest, DeregisterTaskDefinitionResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ taskDefinition = '' }) => {
      if (!hasRevision(taskDefinition)) throw clientException('Revision is missing.');
      const definition = findTaskDefinition(world, taskDefinition);
      if (definition === undefined) throw clientException('The specified task definition does not exist.');
      if (definition.status === 'ACTIVE') {
        definition.status = 'INACTIVE';
        definition.deregisteredAtMs = now(world);
      }
      return { taskDefinition: taskDefinitionShape(definition) };
    },
  };
}

function hasRevision(identifier: string): boolean {
  return /:\d+$/.test(lastPart(identifier));
}

const DELETIONS_MAX = 10;

/** DeleteTaskDefinitions: up to 10 INACTIVE revisions; the others come back as failures. */
export function deleteTaskDefinitions(
  world: EcsWorld,
): Operation<DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse> {
  return {
    authorize: ({ taskDefinitions: named = [] }) => ({
      resources: named.map((identifier) => findTaskDefinition(world, identifier)?.arn ?? '*'),
    }),
    run: (request) => {
      requireAtMost(request.taskDefinitions ?? [], DELETIONS_MAX, 'Task definitions');
      const deleted: TaskDefinition[] = [];
      const failures: Failure[] = [];
      for (const identifier of request.taskDefinitions ?? []) {
        const definition = hasRevision(identifier) ? findTaskDefinition(world, identifier) : undefined;
        const reason = whyNotDeleted(definition);
        if (definition === undefined || reason !== undefined) failures.push({ arn: identifier, reason });
        else deleted.push(definition);
      }
      for (const definition of deleted) {
        definition.status = 'DELETE_IN_PROGRESS';
        definition.deleteRequestedAtMs ??= now(world);
      }
      return { taskDefinitions: deleted.map(taskDefinitionShape), failures };
    },
  };
}

function whyNotDeleted(definition: TaskDefinition | undefined): string | undefined {
  if (definition === undefined) {
    return 'The specified task definition does not exist. Specify a valid account, family, revision and try again.';
  }
  if (definition.status === 'ACTIVE') {
    return 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.';
  }
  return undefined;
}
