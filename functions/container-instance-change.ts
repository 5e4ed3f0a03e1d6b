import { consume } from '../shared/delivery/consume.ts';
import {
  type ContainerInstanceChange,
  parseContainerInstanceChange,
} from '../shared/events/container-instance-change.ts';
import {
  type ContainerInstanceHealthChange,
  parseContainerInstanceHealthChange,
} from '../shared/events/container-instance-health-change.ts';
import { reviewChanges } from '../shared/reviews/changes.ts';
import { orAllFail } from '../shared/reviews/each.ts';
import { reviewHealthChanges } from '../shared/reviews/health-changes.ts';

/** Something about a container instance has changed: it may be empty, silent, impaired, heard from again, or back in service. */
export const handler = consume<ContainerInstanceChange | ContainerInstanceHealthChange>({
  parse: (event) =>
    event.detailType === 'ECS Container Instance Health Change'
      ? parseContainerInstanceHealthChange(event)
      : parseContainerInstanceChange(event),
  subjectOf: (message) => message.arn,
  async review(runtime, messages, allowance) {
    const changes = messages.flatMap((message) => (message.kind === 'container-instance-change' ? [message] : []));
    const health = messages.flatMap((message) =>
      message.kind === 'container-instance-health-change' ? [message] : [],
    );
    return new Map([
      ...(await orAllFail(arnsOf(changes), () => reviewChanges(runtime, changes, allowance))),
      ...(await orAllFail(arnsOf(health), () => reviewHealthChanges(runtime, health, allowance))),
    ]);
  },
});

function arnsOf(messages: readonly { readonly arn: string }[]): string[] {
  return messages.map(({ arn }) => arn);
}
