import type { AutoScalingGroupsType } from '@aws-sdk/client-auto-scaling';
import { environmentName } from '../../shared/config/config.ts';
import { UNREADABLE_MARK } from '../../simulator/invariants/event-facts.ts';
import { HOME_TAG, SECRETS } from './fleet-plan.ts';
import type { Push, Pushes } from './push.ts';
import { pickGroup } from './scene.ts';

/** Of each kind one that the rules let through, and nobody can make sense of. */
const UNREADABLE = [
  { source: 'aws.ecs', 'detail-type': 'ECS Container Instance State Change' },
  { source: 'aws.ecs', 'detail-type': 'ECS Container Instance Health Change' },
  { source: 'aws.autoscaling', 'detail-type': 'EC2 Instance-terminate Lifecycle Action' },
  { source: 'aws.ec2', 'detail-type': 'EC2 Spot Instance Interruption Warning' },
] as const;

const sendUnreadable: Push = ({ simulator, random }) => {
  const kind = random.pick(UNREADABLE);
  const mark = `mark-${random.hex(8)}`;
  const detail = { [UNREADABLE_MARK]: mark, password: SECRETS[1], EC2InstanceId: 17, clusterArn: null };
  simulator.messaging.putEvent({ ...kind, resources: [], detail });
  return `${kind['detail-type']}, ${mark}`;
};

/** The stack is deployed with other settings: what is under way ends with the old ones, and drains go on with the new. */
const deployAnew: Push = ({ simulator, plan }) => {
  const changed = Object.entries(plan.redeployed ?? {}).map(([name, value]) => [environmentName(name), value]);
  for (const { arn, environment } of simulator.lambda.functions()) {
    simulator.lambda.configure(arn, { ...environment, ...Object.fromEntries(changed) });
  }
  return changed.map(([name, value]) => `${name}=${value}`).join(', ') || 'the same settings';
};

/** Their own settings, where clusters have some to change to. */
const tagClusters: Push = async ({ simulator, plan }) => {
  const { region, accountId } = simulator.kernel.place;
  const all = plan.clusters.filter(({ retagged = {} }) => Object.keys(retagged).length > 0);
  for (const { name, retagged = {} } of all) {
    const tags = Object.entries(retagged).map(([key, value]) => ({ key, value }));
    await simulator.call('ecs', 'TagResource', {
      resourceArn: `arn:aws:ecs:${region}:${accountId}:cluster/${name}`,
      tags,
    });
  }
  return all.map(({ name, retagged }) => `${name} ${JSON.stringify(retagged)}`).join(', ') || undefined;
};

/** Whose a group is, somebody writes on it, or takes it away where it is written: both say the same. */
const tagGroup: Push = async (scene) => {
  const group = pickGroup(scene);
  if (group === undefined) return undefined;
  const { simulator } = scene;
  const names = { AutoScalingGroupNames: [group.name] };
  const { AutoScalingGroups: [found] = [] } = (await simulator.call(
    'autoscaling',
    'DescribeAutoScalingGroups',
    names,
  )) as Partial<AutoScalingGroupsType>;
  const isTagged = found?.Tags?.some(({ Key }) => Key === HOME_TAG) === true;
  const resource = { ResourceId: group.name, ResourceType: 'auto-scaling-group', Key: HOME_TAG };
  if (isTagged) await simulator.call('autoscaling', 'DeleteTags', { Tags: [resource] });
  else {
    const Tags = [{ ...resource, Value: group.cluster, PropagateAtLaunch: false }];
    await simulator.call('autoscaling', 'CreateOrUpdateTags', { Tags });
  }
  return `${group.name}, ${isTagged ? 'no tag any more' : `${HOME_TAG}=${group.cluster}`}`;
};

/** The push after which other settings are in force. */
export const REDEPLOYS = 'deploy the stack anew';

/** The push after which clusters have other tags. */
export const TAGS_A_CLUSTER = 'tag a cluster anew';

/** At most once in a world. */
export const TAG_PUSHES = { [TAGS_A_CLUSTER]: tagClusters, 'tag a group, or no longer': tagGroup } satisfies Pushes;

export const STACK_PUSHES: Pushes = {
  'recycle execution environments': ({ simulator }) => {
    simulator.lambda.recycle();
    return 'all that are idle';
  },
  'send an unreadable event': sendUnreadable,
  [REDEPLOYS]: deployAnew,
};
