import type {
  CreateOrUpdateTagsType,
  DeleteTagsType,
  DescribeTagsType,
  Tag,
  TagDescription,
  TagsType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { validationError } from '../hooks.ts';
import type { AutoScalingGroup, AutoScalingWorld } from '../state.ts';
import { findGroup, nextTokenOf, onGroup, pageOfItems } from './find.ts';

/** Tag Auto Scaling groups and instances (guide). */
const TAGS_MAX = 50;

export function refuseReserved(key: string | undefined): void {
  if (key?.toLowerCase().startsWith('aws:') !== true) return;
  throw validationError('The aws: prefix in your tag names or values is reserved for AWS use.');
}

function groupOf(world: AutoScalingWorld, { ResourceId: id, ResourceType: type = 'auto-scaling-group' }: Tag) {
  if (type !== 'auto-scaling-group') throw validationError(`The resource type ${type} is not supported.`);
  return findGroup(world, id);
}

/** CreateOrUpdateTags: of the group; instances that run already do not get them. */
export function createOrUpdateTags(world: AutoScalingWorld): Operation<CreateOrUpdateTagsType> {
  return {
    authorize: ({ Tags = [] }) => Tags.map(({ ResourceId }) => onGroup(world, ResourceId)),
    run: ({ Tags: tags = [] }) => {
      const groups = tags.map((tag) => {
        refuseReserved(tag.Key);
        return { tag, group: groupOf(world, tag) };
      });
      for (const { tag, group } of groups) setTag(group, tag);
      return {};
    },
  };
}

function setTag(
  { tags, tagsOfGroupOnly }: AutoScalingGroup,
  { Key: key = '', Value: value = '', PropagateAtLaunch }: Tag,
) {
  if (!tags.has(key) && tags.size >= TAGS_MAX) {
    throw new AwsError('LimitExceeded', `You have reached the limit of ${TAGS_MAX} tags for the group.`);
  }
  tags.set(key, value);
  if (PropagateAtLaunch === true) tagsOfGroupOnly.delete(key);
  else tagsOfGroupOnly.add(key);
}

/** DeleteTags: those that are not there are ignored. */
export function deleteTags(world: AutoScalingWorld): Operation<DeleteTagsType> {
  return {
    authorize: ({ Tags = [] }) => Tags.map(({ ResourceId }) => onGroup(world, ResourceId)),
    run: ({ Tags: tags = [] }) => {
      const groups = tags.map((tag) => ({ key: tag.Key ?? '', group: groupOf(world, tag) }));
      for (const { key, group } of groups) {
        group.tags.delete(key);
        group.tagsOfGroupOnly.delete(key);
      }
      return {};
    },
  };
}

export function describeTags(world: AutoScalingWorld): Operation<DescribeTagsType, TagsType> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const found = [...world.groups.values()]
        .flatMap(tagShapes)
        .map((tag, serial) => ({ tag, serial }))
        .filter(({ tag }) =>
          (request.Filters ?? []).every(({ Name, Values = [] }) => Values.includes(fieldOf(tag, Name))),
        );
      const page = pageOfItems(found, request, { usual: 50, max: 100 });
      return { Tags: page.items.map(({ tag }) => tag), ...nextTokenOf(page) };
    },
  };
}

export function tagShapes({ name, tags, tagsOfGroupOnly }: AutoScalingGroup): TagDescription[] {
  return [...tags].map(([Key, Value]) => ({
    Key,
    Value,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    PropagateAtLaunch: !tagsOfGroupOnly.has(Key),
  }));
}

function fieldOf(tag: TagDescription, filter: string | undefined): string {
  switch (filter) {
    case 'auto-scaling-group':
      return tag.ResourceId ?? '';
    case 'key':
      return tag.Key ?? '';
    case 'value':
      return tag.Value ?? '';
    case 'propagate-at-launch':
      return `${tag.PropagateAtLaunch}`;
    default:
      throw validationError(
        `Filter type ${filter} is not correct. Allowed Filter types are: auto-scaling-group, key, value, propagate-at-launch`,
      );
  }
}
