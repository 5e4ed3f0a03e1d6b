import { type Box, type BoxOptions, minutes, openBox } from './box.ts';
import { bootGroup, groupInstance, instancesOf, task } from './fleet.ts';

type World = Pick<BoxOptions, 'settings' | 'intercept' | 'deliveryFault'>;
type Group = NonNullable<Parameters<typeof bootGroup>[1]>;

/** Spot Instances with a service on them that has room to move; `id` has tasks of it. */
export async function spotFleet({
  settings = {},
  intercept = () => undefined,
  deliveryFault = () => [0],
  ...group
}: Group & World = {}) {
  const box = await openBox({ settings, intercept, deliveryFault });
  const ids = await bootGroup(box, { desired: 2, spot: true, ...group });
  box.world.createService({ cluster: 'prod', name: 'web', desiredCount: 4, cpu: 256, memory: 256 });
  await box.run(minutes(2));
  const id = ids.find((each) => tasksOn(box, each).length > 0);
  if (id === undefined) throw new Error('no instance has a task');
  return { box, id, tasks: tasksOn(box, id).map(({ arn }) => arn) };
}

export function tasksOn(box: Box, ec2InstanceId: string) {
  return box.views.tasks().filter((each) => each.ec2InstanceId === ec2InstanceId);
}

export function now(box: Box): number {
  return box.simulator.kernel.clock.now();
}

/** How the containers of tasks ended, each way once. */
export function endsOf(box: Box, arns: readonly string[]) {
  return [...new Set(arns.map((arn) => task(box, arn).containersEnd))];
}

export function told(box: Box): string[] {
  return box.alerts().map(({ attributes: { kind, severity, state } }) => `${kind} ${severity} ${state}`);
}

/** Instances of the group that are not the given one, and serve. */
export function inService(box: Box, group = 'web'): string[] {
  return instancesOf(box, group).filter((id) => groupInstance(box, id).lifecycleState === 'InService');
}

/** An event of AWS Health about an instance, as the region's bus gets it. */
export function announce(box: Box, entityValue: string, change: Readonly<Record<string, unknown>>): void {
  const { region } = box.simulator.kernel.place;
  box.simulator.messaging.putEvent({
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    resources: [entityValue],
    detail: {
      eventArn: `arn:aws:health:${region}::event/EC2/AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED/1f0c`,
      service: 'EC2',
      eventTypeCode: 'AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED',
      eventTypeCategory: 'scheduledChange',
      eventRegion: region,
      statusCode: 'upcoming',
      affectedEntities: [{ entityValue }],
      page: '1',
      totalPages: '1',
      ...change,
    },
  });
}

/** The ARN of a second change, beside the one that `announce` tells of. */
export const SOONER = 'arn:aws:health:eu-west-1::event/EC2/sooner';

/** As AWS Health writes it. */
export const startTime = (box: Box, inMs: number) => new Date(now(box) + inMs).toUTCString();

/** An instance that no group would replace. */
export async function detached(scheduledChangeLeadMinutes: string) {
  const { box, id } = await spotFleet({ spot: false, settings: { scheduledChangeLeadMinutes } });
  const detach = { InstanceIds: [id], AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true };
  await box.simulator.call('autoscaling', 'DetachInstances', detach);
  return { box, id };
}
