import { type Consumer, consume } from '../shared/delivery/consume.ts';
import type { Announcement } from '../shared/domain/interruption.ts';
import { type Ec2StateChange, parseEc2StateChange } from '../shared/events/ec2-state-change.ts';
import { parseRebalance, type RebalanceRecommendation } from '../shared/events/rebalance.ts';
import { parseScheduledChange, type ScheduledChange } from '../shared/events/scheduled-change.ts';
import { parseSpotInterruption, type SpotInterruption } from '../shared/events/spot-interruption.ts';
import { orAllFail } from '../shared/reviews/each.ts';
import { reviewEc2Changes } from '../shared/reviews/ec2-changes.ts';
import { reviewAnnouncements } from '../shared/reviews/interruptions.ts';
import { reviewScheduledChanges } from '../shared/reviews/scheduled-changes.ts';
import { createRuntime } from '../shared/runtime.ts';

type Message = SpotInterruption | RebalanceRecommendation | Ec2StateChange | ScheduledChange;

/** EC2 User Guide, "Spot Instance interruption notices": two minutes before EC2 stops or terminates the instance. */
const SPOT_NOTICE_MS = 120_000;

/** AWS takes an EC2 instance away, may do so, or has done it. */
const consumer: Consumer<Message> = {
  parse(event) {
    if (event.source === 'aws.health') return parseScheduledChange(event);
    if (event.detailType === 'EC2 Instance Rebalance Recommendation') return parseRebalance(event);
    if (event.detailType === 'EC2 Instance State-change Notification') return parseEc2StateChange(event);
    return parseSpotInterruption(event);
  },
  subjectOf: (message) => (message.kind === 'scheduled-change' ? message.eventArn : message.ec2InstanceId),
  async review(runtime, messages, allowance) {
    const announcements = messages.flatMap((message) => toAnnouncement(message) ?? []);
    const states = messages.flatMap((message) => (message.kind === 'ec2-state-change' ? [message] : []));
    const changes = messages.flatMap((message) => (message.kind === 'scheduled-change' ? [message] : []));
    // Spot Instances first: they have two minutes.
    return new Map([
      ...(await orAllFail(idsOf(announcements), () => reviewAnnouncements(runtime, announcements, allowance))),
      ...(await orAllFail(idsOf(states), () => reviewEc2Changes(runtime, states, allowance))),
      ...(await orAllFail(
        changes.map(({ eventArn }) => eventArn),
        () => reviewScheduledChanges(runtime, changes, allowance),
      )),
    ]);
  },
};

// What a silent ECS keeps it from doing comes again too late for Spot Instances.
export const handler = consume(consumer, createRuntime({ waitsForEcs: true }));

function toAnnouncement(message: Message): Announcement | undefined {
  if (message.kind === 'rebalance-recommendation') {
    return { ec2InstanceId: message.ec2InstanceId, cause: 'rebalance', atMs: message.atMs };
  }
  if (message.kind !== 'spot-interruption') return undefined;
  const { ec2InstanceId, atMs, action } = message;
  // Hibernation begins with the notice.
  const expectedAtMs = action === 'hibernate' ? atMs : atMs + SPOT_NOTICE_MS;
  return { ec2InstanceId, cause: 'spot', atMs, expectedAtMs };
}

function idsOf(messages: readonly { readonly ec2InstanceId: string }[]): string[] {
  return messages.map(({ ec2InstanceId }) => ec2InstanceId);
}
