import { environmentName } from '../../shared/config/config.ts';
import { UNREADABLE_MARK } from '../../simulator/invariants/event-facts.ts';
import { SECRETS } from './fleet-plan.ts';
import type { Push, Pushes } from './push.ts';

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

/** The push after which other settings are in force. */
export const REDEPLOYS = 'deploy the stack anew';

export const STACK_PUSHES: Pushes = {
  'recycle execution environments': ({ simulator }) => {
    simulator.lambda.recycle();
    return 'all that are idle';
  },
  'send an unreadable event': sendUnreadable,
  [REDEPLOYS]: deployAnew,
};
