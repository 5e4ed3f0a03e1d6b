import { describe, expect, it } from 'vitest';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import { type BoxOptions, minutes, openBox, seconds } from './box.ts';
import { bootBusyGroup, containerInstance, hookEnd, instancesOf, LAUNCH_HOOK, tagCluster, task } from './fleet.ts';
import { spotFleet, told } from './interruption-fleet.ts';
import { ofFunctions, outageOf, silenceOf, WITHOUT_ANSWER } from './outage.ts';

const UNREADABLE = new AwsError('InternalServerError', 'Internal Server Error', { status: 500 });

const isOfFunctions = ofFunctions('dynamodb');

/** A Spot Instance with tasks of a service, and DynamoDB without an answer for functions at will. */
async function failingSpotFleet(
  way: (typeof WITHOUT_ANSWER)[number][1],
  options: Pick<BoxOptions, 'deliveryFault'> = {},
) {
  const { outage, intercept } = way(isOfFunctions);
  return { outage, ...(await spotFleet({ lifecycleHooks: [], intercept, ...options })) };
}

const lateWarnings: BoxOptions['deliveryFault'] = ({ event }) =>
  event['detail-type'].includes('Interruption') ? [minutes(3)] : [0];

/** A fleet of two with a task each that must end by itself, and DynamoDB failing for functions at will. */
async function fleet(options: BoxOptions = {}) {
  const { outage, intercept } = outageOf(isOfFunctions, UNREADABLE);
  const box = await openBox({ intercept, ...options });
  return { box, outage, ...(await bootBusyGroup(box)) };
}

describe('while DynamoDB does not answer', () => {
  it('the hooks of drains that have begun, and of those that would begin, are kept alive', async () => {
    const { box, outage, first, second, tasks } = await fleet();
    box.world.terminateInstanceInGroup(first, 'shrink');
    await box.run(minutes(2));

    outage.isOn = true;
    await box.run(minutes(2));
    box.world.terminateInstanceInGroup(second, 'shrink');
    await box.run(minutes(20));

    expect([first, second].map((id) => hookEnd(box, id))).toEqual([undefined, undefined]);
    outage.isOn = false;
    await box.run(minutes(3));
    for (const arn of tasks) box.world.exitTask(arn);
    await box.run(minutes(6));
    for (const arn of tasks) expect(task(box, arn).containersEnd).toBe('exited');
    for (const id of [first, second]) expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
  });

  it('they are too where it leaves every call unanswered', async () => {
    const { outage, intercept } = silenceOf(isOfFunctions);
    const { box, first } = await fleet({ intercept });
    box.world.terminateInstanceInGroup(first, 'shrink');
    await box.run(minutes(2));

    outage.isOn = true;
    await box.run(minutes(20));

    expect(hookEnd(box, first)).toBeUndefined();
  });

  it('so is the launch hook of an instance that has yet to register', async () => {
    const { box, outage } = await fleet();
    box.world.createAutoScalingGroup({
      name: 'late',
      cluster: 'prod',
      desired: 0,
      maxSize: 2,
      lifecycleHooks: [LAUNCH_HOOK],
    });
    box.world.breakNewAgents('late');
    box.world.setDesiredCapacity('late', 1);
    await box.run(minutes(2));
    const launched = instancesOf(box, 'late');
    outage.isOn = true;
    await box.run(minutes(20));

    // Otherwise its group had given it up, and launched another.
    expect(instancesOf(box, 'late')).toEqual(launched);
    expect(launched).toHaveLength(1);
  });

  it('nothing is done for those of a cluster that is only observed', async () => {
    const { box, outage, first } = await fleet();
    await tagCluster(box, { mode: 'observe' });
    await box.run(minutes(6));
    outage.isOn = true;
    box.world.terminateInstanceInGroup(first, 'shrink');
    await box.run(minutes(10));

    expect(box.calls('RecordLifecycleActionHeartbeat')).toEqual([]);
    expect(hookEnd(box, first)).toMatchObject({ by: { kind: 'heartbeat-timeout' } });
  });
});

describe.each(WITHOUT_ANSWER)('while DynamoDB %s', (_, way) => {
  it('a Spot Instance is drained within its two minutes, and its record is made when the table is back', async () => {
    const { box, outage, id, tasks } = await failingSpotFleet(way);

    outage.isOn = true;
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(seconds(110));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    expect(tasks.map((arn) => task(box, arn).lastStatus)).toEqual(tasks.map(() => 'STOPPED'));

    outage.isOn = false;
    await box.run(minutes(30));
    // Who set it DRAINING is not on record, so that on-call decides.
    expect(told(box)).toEqual(['interruption warning opened']);
    expect(box.alerts()[0]?.subject).toContain('still DRAINING');
  });

  it('it is not drained for a copy of the notice that comes when its time is over', async () => {
    const { box, outage, id } = await failingSpotFleet(way, { deliveryFault: lateWarnings });
    outage.isOn = true;
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(8));

    expect(box.calls('UpdateContainerInstancesState')).toEqual([]);
  });
});
