import { AwsError } from '../../../wire/aws-error.ts';
import type { Authorization, Call } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import { type Numbered, type Page, pageOf } from '../../pages.ts';
import { validationError } from '../hooks.ts';
import type { AutoScalingGroup, AutoScalingWorld, GroupInstance } from '../state.ts';

export function findGroup(world: AutoScalingWorld, name: string | undefined): AutoScalingGroup {
  const group = world.groups.get(name ?? '');
  if (group === undefined)
    throw validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return group;
}

export function findMember(world: AutoScalingWorld, instanceId: string | undefined): GroupInstance {
  const member = world.members.get(instanceId ?? '');
  if (member === undefined)
    throw validationError(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
  return member;
}

/** The group's ARN, and its tags as condition keys (Service Authorization Reference, Amazon EC2 Auto Scaling). */
export function onGroup(world: AutoScalingWorld, name: string | undefined): Authorization {
  const group = world.groups.get(name ?? '');
  if (group === undefined) {
    return { resources: [arn(world.context, 'autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name ?? '*'}`)] };
  }
  const conditions: Record<string, string> = {};
  for (const [key, value] of group.tags) {
    conditions[`aws:ResourceTag/${key}`] = value;
    conditions[`autoscaling:ResourceTag/${key}`] = value;
  }
  return { resources: [group.arn], conditions };
}

export function onGroupOf(world: AutoScalingWorld, instanceId: string | undefined): Authorization {
  return onGroup(world, world.members.get(instanceId ?? '')?.group.name);
}

export function pageOfItems<Item extends Numbered>(
  items: readonly Item[],
  request: { readonly NextToken?: string | undefined; readonly MaxRecords?: number | undefined },
  sizes: { readonly usual: number; readonly max: number },
): Page<Item> {
  const size = request.MaxRecords ?? sizes.usual;
  if (size < 1 || size > sizes.max) throw validationError(`MaxRecords must be between 1 and ${sizes.max}.`);
  const page = pageOf(items, { token: request.NextToken, size });
  if (page === undefined) throw new AwsError('InvalidNextToken', 'The token provided is invalid.');
  return page;
}

export function nextTokenOf(page: { readonly nextToken?: string }): { NextToken?: string } {
  return page.nextToken === undefined ? {} : { NextToken: page.nextToken };
}

/** Who called, for the history of a lifecycle action. */
export function callerName({ caller }: Call): string {
  return caller.kind === 'function' ? caller.functionName : caller.name;
}
