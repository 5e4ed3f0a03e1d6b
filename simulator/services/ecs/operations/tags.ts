import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-ecs';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { tagList } from '../shapes.ts';
import type { EcsWorld } from '../state.ts';
import { findTaskDefinition } from '../task-definitions.ts';
import { invalidParameter, TAGS_MAX } from './find.ts';

/** The tags of a resource, by ARN. */
function tagsOf(world: EcsWorld, arn: string): Map<string, string> {
  const tags = findTags(world, arn);
  if (tags === undefined) throw invalidParameter(`The specified resource is not found: ${arn}`);
  return tags;
}

function findTags(world: EcsWorld, arn: string): Map<string, string> | undefined {
  const [, kind, rest = ''] = /^arn:aws:ecs:[^:]+:[^:]+:([a-z-]+)\/(.+)$/.exec(arn) ?? [];
  const [clusterName = '', id] = rest.split('/');
  const cluster = world.clusters.get(clusterName);
  switch (kind) {
    case 'cluster':
      return cluster?.tags;
    case 'container-instance':
      return cluster?.containerInstances.get(id ?? '')?.tags;
    case 'service':
      return cluster?.services.get(id ?? '')?.tags;
    case 'task':
      return cluster?.tasks.get(arn)?.tags;
    case 'task-definition':
      return findTaskDefinition(world, rest)?.tags;
    case 'capacity-provider':
      return world.capacityProviders.get(rest)?.tags;
    default:
      return undefined;
  }
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
      }
      const keys = new Set([...existing.keys(), ...tags.map(({ key = '' }) => key)]);
      if (keys.size > TAGS_MAX) {
        throw new AwsError('LimitExceededException', `A resource can have at most ${TAGS_MAX} tags.`);
      }
      for (const { key = '', value = '' } of tags) existing.set(key, value);
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
