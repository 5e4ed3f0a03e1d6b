import type {
  Attribute,
  DeleteAttributesRequest,
  DeleteAttributesResponse,
  ListAttributesRequest,
  ListAttributesResponse,
  PutAttributesRequest,
  PutAttributesResponse,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import { scheduleWaiting } from '../scheduler.ts';
import type { ContainerInstance, EcsWorld } from '../state.ts';
import {
  arnWithin,
  clusterArn,
  findCluster,
  findContainerInstance,
  invalidParameter,
  nextTokenOf,
  pageOfItems,
  requireAtMost,
  withinCluster,
} from './find.ts';

interface AttributesRequest {
  readonly cluster?: string | undefined;
  readonly attributes: Attribute[] | undefined;
}

function authorize(world: EcsWorld, { cluster, attributes = [] }: AttributesRequest) {
  const targets = attributes.map(({ targetId = '' }) =>
    arnWithin(world, 'container-instance', { cluster, identifier: targetId }),
  );
  return withinCluster(world, cluster, [...new Set(targets)]);
}

function eachTarget(
  world: EcsWorld,
  request: AttributesRequest,
  act: (instance: ContainerInstance, attribute: Attribute) => void,
): { attributes: Attribute[] } {
  const cluster = findCluster(world, request.cluster);
  requireAtMost(request.attributes ?? [], 10, 'Attributes');
  const targets = (request.attributes ?? []).map((attribute) => {
    const instance = findContainerInstance(cluster, attribute.targetId ?? '');
    if (instance === undefined || instance.status === 'INACTIVE') {
      throw new AwsError('TargetNotFoundException', 'The specified target could not be found.');
    }
    return { instance, attribute };
  });
  for (const { instance, attribute } of targets) act(instance, attribute);
  return { attributes: targets.map(({ instance, attribute }) => ({ ...attribute, targetId: instance.arn })) };
}

const CUSTOM_MAX = 10;

/** Those that neither ECS nor the agent gives (task-placement-constraints, Attributes). */
function customNames({ attributes }: ContainerInstance): string[] {
  return [...attributes.keys()].filter((name) => !/^(ecs\.|com\.amazonaws\.ecs\.)/.test(name));
}

export function putAttributes(world: EcsWorld): Operation<PutAttributesRequest, PutAttributesResponse> {
  return {
    authorize: (request) => authorize(world, request),
    run: (request) =>
      eachTarget(world, request, (instance, { name, value }) => {
        if (name === undefined) return;
        if (!instance.attributes.has(name) && customNames(instance).length >= CUSTOM_MAX) {
          const message = `You can apply up to ${CUSTOM_MAX} custom attributes for each resource.`;
          throw new AwsError('AttributeLimitExceededException', message);
        }
        instance.attributes.set(name, value);
        // A constraint may be met now.
        scheduleWaiting(world, instance.cluster);
      }),
  };
}

export function deleteAttributes(world: EcsWorld): Operation<DeleteAttributesRequest, DeleteAttributesResponse> {
  return {
    authorize: (request) => authorize(world, request),
    run: (request) =>
      eachTarget(world, request, (instance, { name }) => {
        if (name !== undefined) instance.attributes.delete(name);
      }),
  };
}

/** ListAttributes: one entry for each attribute of each container instance, by name, or by name and value. */
export function listAttributes(world: EcsWorld): Operation<ListAttributesRequest, ListAttributesResponse> {
  return {
    authorize: (request) => withinCluster(world, request.cluster, [clusterArn(world, request.cluster)]),
    run: (request) => {
      const { attributeName, attributeValue } = request;
      if (attributeValue !== undefined && attributeName === undefined) {
        throw invalidParameter('An attribute name must be specified to filter by value.');
      }
      const { containerInstances } = findCluster(world, request.cluster);
      const found = inOrder(containerInstances.values())
        .filter(({ status }) => status !== 'INACTIVE')
        .flatMap((instance) =>
          [...instance.attributes].map(([name, value], index) => ({
            serial: instance.serial * ATTRIBUTES_APART + index,
            attribute: { name, ...(value === undefined ? {} : { value }), targetId: instance.arn },
          })),
        )
        .filter(
          ({ attribute: { name, value = '' } }) =>
            (attributeName === undefined || name === attributeName) &&
            (attributeValue === undefined || value === attributeValue),
        );
      const page = pageOfItems(found, request);
      return { attributes: page.items.map(({ attribute }) => attribute), ...nextTokenOf(page) };
    },
  };
}

/** More attributes than an instance has, so that each has a number of its own. */
const ATTRIBUTES_APART = 1_000;
