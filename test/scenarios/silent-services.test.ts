import { expect, it } from 'vitest';
import { minutes, openBox, seconds } from './box.ts';
import {
  bootGroup,
  containerInstance,
  groupInstance,
  hookEnd,
  instancesOf,
  LAUNCH_HOOK,
  TERMINATE_HOOK,
  task,
} from './fleet.ts';
import { spotFleet } from './interruption-fleet.ts';
import { silenceOf } from './outage.ts';

/** A fleet of two whose instances have a task each that must end by itself. */
async function busyFleet(silent: string) {
  const { outage, intercept } = silenceOf(
    ({ service, operation, caller }) => caller.kind === 'function' && [service, operation].includes(silent),
  );
  const box = await openBox({ intercept });
  const ids = await bootGroup(box, { lifecycleHooks: [TERMINATE_HOOK] });
  const tasks = ids.map((on) => box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on }));
  await box.run(minutes(1));
  return { box, outage, ids, tasks };
}

// Others than these decide whether a hook can be kept alive at all.
it.each([
  'ec2',
  'sns',
  'sqs',
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
  const { box, outage, ids, tasks } = await busyFleet(silent);
  const [first = '', second = ''] = ids;
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
  const { outage, intercept } = silenceOf(({ service, caller }) => service === 'ecs' && caller.kind === 'function');
  const { box, id, tasks } = await spotFleet({ lifecycleHooks: [], intercept });

  outage.isOn = true;
  box.world.interruptSpot(id);
  await box.run(seconds(silentSeconds));
  outage.isOn = false;
  await box.run(seconds(115 - silentSeconds));

  expect(containerInstance(box, id).status).toBe('DRAINING');
  expect(tasks.map((arn) => task(box, arn).lastStatus)).toEqual(tasks.map(() => 'STOPPED'));
});

it('the launch hook of an instance on its way into a warm pool is kept alive while the table is silent', async () => {
  const { outage, intercept } = silenceOf(
    ({ service, caller }) => service === 'dynamodb' && caller.kind === 'function',
  );
  const box = await openBox({ intercept });
  outage.isOn = true;
  const warmPool = { minSize: 1, poolState: 'Stopped', reuseOnScaleIn: false } as const;
  await bootGroup(box, { desired: 0, lifecycleHooks: [LAUNCH_HOOK], warmPool });
  await box.run(minutes(15));

  expect(instancesOf(box, 'web').map((id) => groupInstance(box, id).lifecycleState)).toEqual(['Warmed:Pending:Wait']);
});
