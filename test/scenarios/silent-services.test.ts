import { describe, expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import { bootBusyGroup, bootGroup, containerInstance, hookEnd, LAUNCH_HOOK, task } from './fleet.ts';
import { spotFleet } from './interruption-fleet.ts';
import { ofFunctions, silenceOf } from './outage.ts';

const POOL = { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } as const;

// Without the others of Auto Scaling no hook can be kept alive.
it.each([
  'dynamodb',
  'ec2',
  'ecs',
  'events',
  'sns',
  'sqs',
  'ssm',
  'DescribeAutoScalingGroups',
  'DescribeAutoScalingInstances',
  'DescribeWarmPool',
  'DescribeLifecycleHooks',
  'ListClusters',
  'DescribeClusters',
  'ListContainerInstances',
  'DescribeContainerInstances',
  'ListTasks',
  'DescribeTasks',
  'Query',
  'GetItem',
  'BatchGetItem',
  'PutItem',
])('no hook expires while %s is left unanswered', async (silent) => {
  const { outage, intercept } = silenceOf(ofFunctions(silent));
  const box = await openBox({ intercept });
  const { first, second, tasks } = await bootBusyGroup(box);
  const ids = [first, second];
  box.world.terminateInstanceInGroup(first, 'shrink');
  await box.run(minutes(2));

  outage.isOn = true;
  box.world.terminateInstanceInGroup(second, 'shrink');
  await box.run(minutes(16));
  expect(ids.map((id) => hookEnd(box, id))).toEqual([undefined, undefined]);

  outage.isOn = false;
  await box.run(minutes(3));
  for (const arn of tasks) box.world.exitTask(arn);
  await box.run(minutes(5));
  expect(tasks.map((arn) => task(box, arn).containersEnd)).toEqual(['exited', 'exited']);
  expect(ids.map((id) => hookEnd(box, id)?.by.kind)).toEqual(['caller', 'caller']);
});

it.each([8, 15, 21])('a Spot Instance is drained in time though ECS was silent for %i s', async (silentSeconds) => {
  const { outage, intercept } = silenceOf(ofFunctions('ecs'));
  const { box, id, tasks } = await spotFleet({ lifecycleHooks: [], intercept });

  outage.isOn = true;
  box.world.interruptSpot(id);
  await box.run(seconds(silentSeconds));
  outage.isOn = false;
  await box.run(seconds(115 - silentSeconds));

  expect(containerInstance(box, id).status).toBe('DRAINING');
  expect(tasks.map((arn) => task(box, arn).lastStatus)).toEqual(tasks.map(() => 'STOPPED'));
});

describe.each(['dynamodb', 'ecs', 'DescribeAutoScalingInstances'])('while %s is left unanswered', (silent) => {
  it.each([
    ['into service', { group: { desired: 1 }, state: 'Pending:Wait', forMinutes: 12 }],
    // Longer than its event comes again.
    ['into a warm pool', { group: { desired: 0, warmPool: POOL }, state: 'Warmed:Pending:Wait', forMinutes: 25 }],
  ])('the launch hook of an instance on its way %s is kept alive', async (_, { group, state, forMinutes }) => {
    const { outage, intercept } = silenceOf(ofFunctions(silent));
    const box = await openBox({ intercept });
    outage.isOn = true;
    await bootGroup(box, { lifecycleHooks: [LAUNCH_HOOK], ...group });
    await box.run(minutes(forMinutes));

    // Otherwise its group had given it up, and launched another.
    expect(box.views.groupInstances().map((one) => one.lifecycleState)).toEqual([state]);
  });
});
