import { isoDate, tell } from '../fleet-context.ts';
import { NotPossible } from '../fleet-errors.ts';
import { type Ec2Instance, type Ec2World, type ScheduledEvent, terminateInstance } from './instances.ts';

const TYPE = 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED';

/** The host of the instance is to be retired, which DescribeInstanceStatus shows too. */
export function scheduleRetirement(ec2: Ec2World, instance: Ec2Instance, inMs: number): void {
  const { random, kernel } = ec2.context;
  const event: ScheduledEvent = {
    id: `instance-event-0${random.hex(16)}`,
    healthArn: `arn:aws:health:${kernel.place.region}::event/EC2/${TYPE}/${TYPE}_${random.uuid()}`,
    code: 'instance-retirement',
    description: 'The instance is running on degraded hardware',
    notBeforeMs: kernel.clock.now() + inMs,
  };
  instance.scheduledEvents.push(event);
  tellHealth(ec2, instance, { event, statusCode: 'upcoming' });
  tell(ec2.context, instance.instanceId, 'retirement scheduled', about(instance, event));
  retireWhenDue(ec2, instance, event.id);
}

/** It comes later than was said. @throws NotPossible where none is scheduled */
export function putOffRetirement(ec2: Ec2World, instance: Ec2Instance, byMs: number): void {
  const scheduled = nextOf(instance);
  const event = { ...scheduled, notBeforeMs: scheduled.notBeforeMs + byMs };
  replaceEvent(instance, event);
  tellHealth(ec2, instance, { event, statusCode: 'upcoming' });
  tell(ec2.context, instance.instanceId, 'retirement put off', about(instance, event));
  retireWhenDue(ec2, instance, event.id);
}

/** It does not come. EC2 goes on to describe the event, as one that is canceled. @throws NotPossible where none is scheduled */
export function callOffRetirement(ec2: Ec2World, instance: Ec2Instance): void {
  const scheduled = nextOf(instance);
  const event = { ...scheduled, description: `${CANCELED} ${scheduled.description}` };
  replaceEvent(instance, event);
  tellHealth(ec2, instance, { event, statusCode: 'closed' });
  tell(ec2.context, instance.instanceId, 'retirement called off', about(instance, event));
}

/** In front of the description of an event that does not come (EC2 guide, history of scheduled events). */
const CANCELED = '[Canceled]';

/** Whether AWS has announced that it takes the instance, and not called that off. */
export function isToRetire({ scheduledEvents }: Pick<Ec2Instance, 'scheduledEvents'>): boolean {
  return scheduledEvents.some((event) => !isCalledOff(event));
}

function isCalledOff({ description }: ScheduledEvent): boolean {
  return description.startsWith(CANCELED);
}

function nextOf({ instanceId, scheduledEvents }: Ec2Instance): ScheduledEvent {
  const next = scheduledEvents.find((event) => !isCalledOff(event));
  if (next === undefined) throw new NotPossible(`${instanceId} has no scheduled retirement`);
  return next;
}

function replaceEvent(instance: Ec2Instance, event: ScheduledEvent): void {
  instance.scheduledEvents = instance.scheduledEvents.map((one) => (one.id === event.id ? event : one));
}

function about({ instanceId }: Ec2Instance, { notBeforeMs }: ScheduledEvent) {
  return { ec2InstanceId: instanceId, notBefore: isoDate(notBeforeMs) };
}

/** At the time that is then in force: a timer of an earlier one is out of date. */
function retireWhenDue(ec2: Ec2World, instance: Ec2Instance, eventId: string): void {
  const find = () => instance.scheduledEvents.find(({ id }) => id === eventId);
  const dueMs = find()?.notBeforeMs ?? 0;
  ec2.context.kernel.clock.at(dueMs, () => {
    const event = find();
    if (event === undefined || isCalledOff(event) || event.notBeforeMs !== dueMs) return;
    terminateInstance(ec2, instance, 'Server.ScheduledRetirement');
  });
}

/** AWS Health, EC2 scheduled changes (Health user guide, EventBridge schema); times are in RFC 1123. */
function tellHealth(
  ec2: Ec2World,
  { instanceId: id }: Ec2Instance,
  { event, statusCode }: { readonly event: ScheduledEvent; readonly statusCode: 'upcoming' | 'closed' },
): void {
  const { random, kernel } = ec2.context;
  const { region, accountId } = kernel.place;
  ec2.context.publish({
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    resources: [id],
    detail: {
      eventArn: event.healthArn,
      service: 'EC2',
      eventTypeCode: TYPE,
      eventTypeCategory: 'scheduledChange',
      eventScopeCode: 'ACCOUNT_SPECIFIC',
      communicationId: random.hex(40),
      startTime: new Date(event.notBeforeMs).toUTCString(),
      lastUpdatedTime: new Date(kernel.clock.now()).toUTCString(),
      statusCode,
      eventRegion: region,
      eventDescription: [{ language: 'en_US', latestDescription: event.description }],
      affectedEntities: [{ entityValue: id, status: statusCode === 'closed' ? 'RESOLVED' : 'PENDING' }],
      affectedAccount: accountId,
      page: '1',
      totalPages: '1',
      backupEvent: 'false',
    },
  });
}
