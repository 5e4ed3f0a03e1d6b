import { consume } from '../shared/delivery/consume.ts';
import {
  type ContainerInstanceChange,
  parseContainerInstanceChange,
} from '../shared/events/container-instance-change.ts';
import { reviewChanges } from '../shared/reviews/changes.ts';

/** Something about a container instance has changed: it may be empty, silent, heard from again, or back in service. */
export const handler = consume<ContainerInstanceChange>({
  parse: parseContainerInstanceChange,
  subjectOf: (message) => message.arn,
  review: reviewChanges,
});
