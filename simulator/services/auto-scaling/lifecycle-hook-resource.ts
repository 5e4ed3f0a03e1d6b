import type { ResourceProvider } from '../../wire/service.ts';
import { putAndTestHook } from './hooks.ts';
import { findGroup } from './operations/find.ts';
import { parseTransition } from './operations/lifecycle.ts';
import type { AutoScalingWorld, LifecycleResult } from './state.ts';

const PROPERTIES: ReadonlySet<string> = new Set([
  'AutoScalingGroupName',
  'DefaultResult',
  'HeartbeatTimeout',
  'LifecycleHookName',
  'LifecycleTransition',
  'NotificationMetadata',
  'NotificationTargetARN',
  'RoleARN',
]);

/** AWS::AutoScaling::LifecycleHook: `Ref` gives the hook's name (CloudFormation template reference). */
export function createLifecycleHookProvider(world: AutoScalingWorld): ResourceProvider {
  return {
    create(properties, { logicalId, stackName }) {
      const unknown = Object.keys(properties).filter((name) => !PROPERTIES.has(name));
      if (unknown.length > 0)
        throw new Error(`AWS::AutoScaling::LifecycleHook: unknown property ${unknown.join(', ')}`);
      const text = (name: string): string | undefined => {
        const value = properties[name];
        return value === undefined ? undefined : String(value);
      };
      const heartbeat = text('HeartbeatTimeout');
      const name =
        text('LifecycleHookName') ?? `${stackName}-${logicalId}-${world.context.random.hex(12).toUpperCase()}`;
      putAndTestHook(world, findGroup(world, text('AutoScalingGroupName')), {
        name,
        transition: parseTransition(text('LifecycleTransition') ?? ''),
        heartbeatTimeoutSeconds: heartbeat === undefined ? undefined : Number(heartbeat),
        defaultResult: parseDefaultResult(text('DefaultResult')),
        notificationMetadata: text('NotificationMetadata'),
        notificationTargetArn: text('NotificationTargetARN'),
        roleArn: text('RoleARN'),
      });
      return { ref: name, attributes: {} };
    },
  };
}

function parseDefaultResult(text: string | undefined): LifecycleResult | undefined {
  if (text === undefined || text === 'CONTINUE' || text === 'ABANDON') return text;
  throw new Error(`AWS::AutoScaling::LifecycleHook: DefaultResult ${text} is neither CONTINUE nor ABANDON`);
}
