import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Authorization, Operation } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import type { Ec2World } from '../instances.ts';
import { findInstances, matchesAll, pageOfResults } from './find.ts';
import { findTemplate } from './named.ts';
import { refuseReserved } from './tag-specifications.ts';

/** Tag restrictions, EC2 User Guide. Tags of AWS's own do not count. */
const TAGS_MAX = 50;

interface Tagged {
  readonly id: string;
  readonly type: ResourceType;
  readonly tags: Map<string, string>;
}

function everything(world: Ec2World): Tagged[] {
  return [
    ...[...world.instances.values()].map(({ instanceId: id, tags }): Tagged => ({ id, type: 'instance', tags })),
    ...[...world.launchTemplates.values()].map(({ id, tags }): Tagged => ({ id, type: 'launch-template', tags })),
  ];
}

function findTagged(world: Ec2World, id: string): Tagged {
  if (id.startsWith('lt-')) {
    return { id, type: 'launch-template', tags: findTemplate(world, { LaunchTemplateId: id }).tags };
  }
  if (!id.startsWith('i-')) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  const tags = findInstances(world, [id])[0]?.tags ?? new Map<string, string>();
  return { id, type: 'instance', tags };
}

function onResources(world: Ec2World, ids: readonly string[] | undefined): Authorization {
  const kind = (id: string) => (id.startsWith('lt-') ? 'launch-template' : 'instance');
  return { resources: (ids ?? []).map((id) => arn(world.context, 'ec2', `${kind(id)}/${id}`)) };
}

/** CreateTags: replaces the value of a key that is there. One resource that is wrong fails the whole call. */
export function createTags(world: Ec2World): Operation<CreateTagsRequest> {
  return {
    authorize: (request) => onResources(world, request.Resources),
    run: ({ Resources: ids = [], Tags: tags = [] }) => {
      for (const { Key } of tags) refuseReserved(Key);
      const resources = ids.map((id) => findTagged(world, id));
      for (const { tags: present } of resources) {
        const keys = new Set([...present.keys(), ...tags.map(({ Key = '' }) => Key)]);
        if ([...keys].filter((key) => !key.startsWith('aws:')).length > TAGS_MAX) {
          throw new AwsError('TagLimitExceeded', `The maximum number of ${TAGS_MAX} tags per resource is exceeded`);
        }
      }
      for (const resource of resources) for (const { Key = '', Value = '' } of tags) resource.tags.set(Key, Value);
      return {};
    },
  };
}

/** DeleteTags: with a value, only where it is that value; without tags, all but AWS's own. */
export function deleteTags(world: Ec2World): Operation<DeleteTagsRequest> {
  return {
    authorize: (request) => onResources(world, request.Resources),
    run: ({ Resources: ids = [], Tags: named }) => {
      for (const { tags } of ids.map((id) => findTagged(world, id))) {
        const doomed = named ?? [...tags.keys()].filter((key) => !key.startsWith('aws:')).map((Key) => ({ Key }));
        for (const { Key = '', Value } of doomed as { Key?: string; Value?: string }[]) {
          if (Value === undefined || tags.get(Key) === Value) tags.delete(Key);
        }
      }
      return {};
    },
  };
}

export function describeTags(world: Ec2World): Operation<DescribeTagsRequest, DescribeTagsResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const all = everything(world).flatMap(({ id, type, tags }) =>
        [...tags].map(([key, value]) => ({ id, type, key, value })),
      );
      const found = all
        .map((tag, serial) => ({ ...tag, serial }))
        .filter((tag) => matchesAll(request.Filters, (name) => fieldOf(tag, name)));
      const page = pageOfResults(found, request, 1_000);
      return {
        Tags: page.items.map(({ id, type, key, value }) => ({
          ResourceId: id,
          ResourceType: type,
          Key: key,
          Value: value,
        })),
        ...page.next,
      };
    },
  };
}

function fieldOf(
  tag: { readonly id: string; readonly type: ResourceType; readonly key: string; readonly value: string },
  name: string,
): readonly string[] | undefined {
  if (name === 'key') return [tag.key];
  if (name === 'value') return [tag.value];
  if (name === 'resource-id') return [tag.id];
  if (name === 'resource-type') return [tag.type];
  if (name.startsWith('tag:')) return tag.key === name.slice(4) ? [tag.value] : [];
  return undefined;
}
