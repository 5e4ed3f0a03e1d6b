import { consume } from '../shared/delivery/consume.ts';
import { type DrainDue, parseDrainDue } from '../shared/events/drain-due.ts';
import { type LifecycleActionEvent, parseLifecycleAction } from '../shared/events/lifecycle-action.ts';
import { reviewArrivals } from '../shared/reviews/arrivals.ts';
import { reviewDrainsById } from '../shared/reviews/drains.ts';

/** A lifecycle hook holds an instance that is about to go; or a drain that was begun before is due for a look. */
export const handler = consume<LifecycleActionEvent | DrainDue>({
  parse: (event) => (event.source === 'aws.autoscaling' ? parseLifecycleAction(event) : parseDrainDue(event)),
  subjectOf: (message) => (message.kind === 'drain-due' ? message.incidentId : message.action.ec2InstanceId),
  async review(runtime, messages, allowance) {
    const actions = messages.flatMap((message) => (message.kind === 'terminate' ? [message.action] : []));
    const due = messages.flatMap((message) => (message.kind === 'drain-due' ? [message.incidentId] : []));
    return new Map([
      ...(await reviewArrivals(runtime, actions, allowance)),
      ...(await reviewDrainsById(runtime, due, allowance)),
    ]);
  },
});
