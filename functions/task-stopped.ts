import { consume } from '../shared/delivery/consume.ts';
import { parseTaskStopped, type TaskStopped } from '../shared/events/task-stopped.ts';
import { drainId } from '../shared/incidents/incident.ts';
import { reviewDrainsById } from '../shared/reviews/drains.ts';

/** A task has stopped: the instance it was on may be empty now. */
export const handler = consume<TaskStopped>({
  parse: parseTaskStopped,
  subjectOf: (message) => drainId(message.containerInstanceArn),
  review: (runtime, messages, allowance) =>
    reviewDrainsById(
      runtime,
      messages.map(({ containerInstanceArn }) => drainId(containerInstanceArn)),
      allowance,
    ),
});
