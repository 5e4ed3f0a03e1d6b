import type { UntimedFact } from './fact.ts';
import { type Fields, fieldsOf, text } from './fields.ts';

/** The member of an unreadable event's detail that tells it from all others. */
export const UNREADABLE_MARK = 'unreadable';

/** Events are read where they are put on the bus: what becomes of them on the way changes nothing about their truth. */
export function readEvent(event: Fields): UntimedFact | undefined {
  const detail = fieldsOf(event.detail);
  if (detail[UNREADABLE_MARK] !== undefined) return { kind: 'unreadable event', mark: text(detail[UNREADABLE_MARK]) };
  switch (event['detail-type']) {
    case 'ECS Task State Change':
      return {
        kind: 'task',
        taskArn: text(detail.taskArn),
        containerInstanceArn: text(detail.containerInstanceArn),
        group: text(detail.group),
        lastStatus: text(detail.lastStatus),
        desiredStatus: text(detail.desiredStatus),
      };
    case 'ECS Container Instance State Change':
      return {
        kind: 'container instance',
        containerInstanceArn: text(detail.containerInstanceArn),
        zone: zoneIn(detail.attributes),
        capacityProvider: text(detail.capacityProviderName),
      };
    case 'ECS Container Instance Health Change':
      return {
        kind: 'health',
        containerInstanceArn: text(detail.containerInstanceArn),
        isImpaired: isImpairedBesides(detail.healthChecks),
      };
    case 'EC2 Instance-launch Lifecycle Action':
      return {
        kind: 'launch action',
        token: text(detail.LifecycleActionToken),
        ec2InstanceId: text(detail.EC2InstanceId),
      };
    case 'EC2 Instance-terminate Lifecycle Action':
      return {
        kind: 'terminate action',
        token: text(detail.LifecycleActionToken),
        hook: text(detail.LifecycleHookName),
        group: text(detail.AutoScalingGroupName),
        ec2InstanceId: text(detail.EC2InstanceId),
      };
    case 'EC2 Spot Instance Interruption Warning':
    case 'EC2 Instance Rebalance Recommendation':
      return {
        kind: 'end announced',
        ec2InstanceId: text(detail['instance-id']),
        announcement: text(event['detail-type']),
      };
    case 'Ebbtide Incident Closed':
      return {
        kind: 'incident closed',
        incident: text(fieldsOf(detail.incident).id),
        outcome: text(fieldsOf(detail.incident).outcome),
      };
    case 'AWS Health Event':
      return {
        kind: detail.statusCode === 'closed' ? 'end called off' : 'end announced',
        ec2InstanceId: affectedInstance(detail),
        announcement: text(detail.eventArn),
      };
    default:
      return undefined;
  }
}

/** Of more than its agent's connection: for how long that has been broken, invariants know better. */
function isImpairedBesides(healthChecks: unknown): boolean {
  const checks = Array.isArray(healthChecks) ? healthChecks.map(fieldsOf) : [];
  return checks.some(({ type, status }) => status === 'IMPAIRED' && type !== 'AGENT_CONNECTIVITY');
}

function zoneIn(attributes: unknown): string {
  const list = Array.isArray(attributes) ? attributes.map(fieldsOf) : [];
  return text(list.find(({ name }) => name === 'ecs.availability-zone')?.value);
}

/** The id, which AWS Health gives by itself or in an ARN. */
function affectedInstance({ affectedEntities }: Fields): string {
  const [entity] = Array.isArray(affectedEntities) ? affectedEntities : [];
  return text(fieldsOf(entity).entityValue).split('/').at(-1) ?? '';
}
