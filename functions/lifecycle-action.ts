import { consume } from '../shared/delivery/consume.ts';
import { type DrainDue, parseDrainDue } from '../shared/events/drain-due.ts';
import { type LifecycleActionEvent, parseLifecycleAction } from '../shared/events/lifecycle-action.ts';
import { isLaunchId } from '../shared/incidents/launch-incident.ts';
import { reviewArrivals } from '../shared/reviews/arrivals.ts';
import { reviewDrainsById } from '../shared/reviews/drains.ts';
import { reviewLaunchArrivals } from '../shared/reviews/launch-arrivals.ts';
import { reviewLaunchesById } from '../shared/reviews/launches.ts';

/** A lifecycle hook holds an instance that is about to go, or that has just come; or one held before is due for a look. */
export const handler = consume<LifecycleActionEvent | DrainDue>({
  parse: (event) => (event.source === 'aws.autoscaling' ? parseLifecycleAction(event) : parseDrainDue(event)),
  subjectOf: (message) => (message.kind === 'drain-due' ? message.incidentId : message.action.ec2InstanceId),
  async review(runtime, messages, allowance) {
    const actions = messages.flatMap((message) => (message.kind === 'terminate' ? [message.action] : []));
    const launches = messages.flatMap((message) => (message.kind === 'launch' ? [message.action] : []));
    const due = messages.flatMap((message) => (message.kind === 'drain-due' ? [message.incidentId] : []));
    // First those whose hooks are about to expire: a service that does not answer must not cost them their heartbeat.
    return new Map([
      ...(await reviewDrainsById(
        runtime,
        due.filter((id) => !isLaunchId(id)),
        allowance,
      )),
      ...(await reviewLaunchesById(runtime, due, allowance)),
      ...(await reviewArrivals(runtime, actions, allowance)),
      ...(await reviewLaunchArrivals(runtime, launches, allowance)),
    ]);
  },
});
