import { consume } from '../shared/delivery/consume.ts';
import type { LifecycleAction } from '../shared/domain/model.ts';
import { type ArrivalDue, isArrivalDue, parseArrivalDue } from '../shared/events/arrival-due.ts';
import { type DrainDue, parseDrainDue } from '../shared/events/drain-due.ts';
import { type LifecycleActionEvent, parseLifecycleAction } from '../shared/events/lifecycle-action.ts';
import { isLaunchId } from '../shared/incidents/launch-incident.ts';
import { reviewArrivals } from '../shared/reviews/arrivals.ts';
import { reviewDrainsById } from '../shared/reviews/drains.ts';
import { orAllFail } from '../shared/reviews/each.ts';
import { reviewLaunchArrivals } from '../shared/reviews/launch-arrivals.ts';
import { reviewLaunchesById } from '../shared/reviews/launches.ts';

/** A lifecycle hook holds an instance that is about to go, or that has just come; or one held before is due for a look. */
export const handler = consume<LifecycleActionEvent | DrainDue | ArrivalDue>({
  parse(event) {
    if (event.source === 'aws.autoscaling') return parseLifecycleAction(event);
    return isArrivalDue(event) ? parseArrivalDue(event) : parseDrainDue(event);
  },
  subjectOf: (message) => (message.kind === 'drain-due' ? message.incidentId : message.action.ec2InstanceId),
  async review(runtime, messages, allowance) {
    const missing = messages.flatMap((message) => (message.kind === 'arrival-due' ? [message] : []));
    const told = messages.flatMap((message) => (message.kind === 'terminate' ? [message] : []));
    const actions = [...told, ...missing].map(({ action }) => action);
    const missingSinceMs = new Map(missing.map((message) => [message.action.ec2InstanceId, message.missingSinceMs]));
    const launches = messages.flatMap((message) => (message.kind === 'launch' ? [message.action] : []));
    const due = messages.flatMap((message) => (message.kind === 'drain-due' ? [message.incidentId] : []));
    const { launch: dueLaunches = [], drain: dueDrains = [] } = Object.groupBy(due, (id) =>
      isLaunchId(id) ? 'launch' : 'drain',
    );
    // First those whose hooks are about to expire: a service that does not answer must not cost them their heartbeat.
    return new Map([
      ...(await orAllFail(dueDrains, () => reviewDrainsById(runtime, dueDrains, allowance))),
      ...(await orAllFail(dueLaunches, () => reviewLaunchesById(runtime, dueLaunches, allowance))),
      ...(await orAllFail(idsOf(actions), () => reviewArrivals(runtime, actions, allowance, missingSinceMs))),
      ...(await orAllFail(idsOf(launches), () => reviewLaunchArrivals(runtime, launches, allowance))),
    ]);
  },
});

function idsOf(actions: readonly LifecycleAction[]): string[] {
  return actions.map(({ ec2InstanceId }) => ec2InstanceId);
}
