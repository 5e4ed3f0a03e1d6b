import { createHash } from 'node:crypto';
import { type StackParameters, terminateHookName } from './parameters.ts';
import type { Resource, Resources } from './resources.ts';

/** The resources whose number depends on the parameters: a subscription, and a terminate hook for each group. */
export function makeOptionalResources(parameters: StackParameters): Resources {
  const hooks = parameters.autoScalingGroups.map((group): [string, Resource] => [
    hookId(group),
    {
      Type: 'AWS::AutoScaling::LifecycleHook',
      Properties: {
        AutoScalingGroupName: group,
        LifecycleHookName: terminateHookName,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: parameters.hookHeartbeatSeconds,
        // Were Ebbtide itself to fail, instances would still terminate, and other hooks would still run.
        DefaultResult: 'CONTINUE',
      },
    },
  ]);
  const subscription: [string, Resource] = [
    'AlertEmail',
    {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'AlertTopic' }, Protocol: 'email', Endpoint: parameters.alertEmail },
    },
  ];
  return Object.fromEntries([...hooks, ...(parameters.alertEmail === '' ? [] : [subscription])]);
}

/** By the group's name, not its place in the list: CloudFormation would move hooks between groups otherwise. */
function hookId(groupName: string): string {
  return `TerminateHook${createHash('sha256').update(groupName).digest('hex').slice(0, 8)}`;
}
