import type {
  Attribute,
  DeleteAttributesRequest,
  DeleteAttributesResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  PutAttributesRequest,
  PutAttributesResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { tagList } from '../shapes.ts';
import type { ContainerInstance, EcsWorld } from '../state.ts';
import {
  arnWithin,
  findCluster,
  findContainerInstance,
  invalidParameter,
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

export function putAttributes(world: EcsWorld): Operation<PutAttributesRequest, PutAttributesResponse> {
  return {
    authorize: (request) => authorize(world, request),
    run: (request) =>
      eachTarget(world, request, (instance, { name, value }) => {
        if (name !== undefined) instance.attributes.set(name, value);
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

/** The tags of a cluster, container instance, service or task, by ARN. */
function tagsOf(world: EcsWorld, arn: string): Map<string, string> {
  const [, kind, rest = ''] = /^arn:aws:ecs:[^:]+:[^:]+:([a-z-]+)\/(.+)$/.exec(arn) ?? [];
  const [clusterName = '', id] = rest.split('/');
  const cluster = world.clusters.get(clusterName);
  const tags =
    kind === 'cluster'
      ? cluster?.tags
      : kind === 'container-instance'
        ? cluster?.containerInstances.get(id ?? '')?.tags
        : kind === 'service'
          ? cluster?.services.get(id ?? '')?.tags
          : cluster?.tasks.get(arn)?.tags;
  if (tags === undefined) throw invalidParameter(`The specified resource is not found: ${arn}`);
  return tags;
}

/** API Reference, Tag. */
function isTagText(text: string, lengthMin: number, lengthMax: number): boolean {
  return text.length >= lengthMin && text.length <= lengthMax && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

export function tagResource(world: EcsWorld): Operation<TagResourceRequest> {
  return {
    authorize: ({ resourceArn = '' }) => ({ resources: [resourceArn] }),
    run: ({ resourceArn = '', tags = [] }) => {
      const existing = tagsOf(world, resourceArn);
      for (const { key = '', value = '' } of tags) {
        if (!isTagText(key, 1, 128) || !isTagText(value, 0, 256)) {
          throw invalidParameter('Tag keys and values must be letters, digits, spaces and _ . : / = + - @');
        }
        existing.set(key, value);
      }
      return {};
    },
  };
}

export function untagResource(world: EcsWorld): Operation<UntagResourceRequest> {
  return {
    authorize: ({ resourceArn = '' }) => ({ resources: [resourceArn] }),
    run: ({ resourceArn = '', tagKeys = [] }) => {
      const existing = tagsOf(world, resourceArn);
      for (const key of tagKeys) existing.delete(key);
      return {};
    },
  };
}

export function listTagsForResource(
  world: EcsWorld,
): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return {
    authorize: ({ resourceArn = '' }) => ({ resources: [resourceArn] }),
    run: ({ resourceArn = '' }) => ({ tags: tagList(tagsOf(world, resourceArn)) }),
  };
}
