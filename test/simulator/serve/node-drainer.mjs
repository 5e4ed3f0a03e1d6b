/** What docs/examples/drainer.py does, in another language: for machines without boto3. */
import { text } from 'node:stream/consumers';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as ecs from '@aws-sdk/client-ecs';

const { CLUSTER: cluster, HOOK: LifecycleHookName, DAEMONS: daemons = '' } = process.env;
const fleet = new autoScaling.AutoScalingClient();
const client = new ecs.ECSClient();

async function drain({ InstanceId, AutoScalingGroupName }) {
  const action = { AutoScalingGroupName, LifecycleHookName, InstanceId };
  const release = async () => {
    await fleet.send(new autoScaling.CompleteLifecycleActionCommand({ ...action, LifecycleActionResult: 'CONTINUE' }));
    return 'released';
  };
  const filter = `ec2InstanceId == ${InstanceId}`;
  const { containerInstanceArns: containerInstances } = await client.send(
    new ecs.ListContainerInstancesCommand({ cluster, filter }),
  );
  const [containerInstance] = containerInstances;
  if (containerInstance === undefined) return release();
  const described = await client.send(new ecs.DescribeContainerInstancesCommand({ cluster, containerInstances }));
  if (described.containerInstances[0].status !== 'DRAINING') {
    const state = { cluster, containerInstances, status: 'DRAINING' };
    await client.send(new ecs.UpdateContainerInstancesStateCommand(state));
    return 'draining';
  }
  const lists = ['RUNNING', 'STOPPED'].map((desiredStatus) =>
    client.send(new ecs.ListTasksCommand({ cluster, containerInstance, desiredStatus })),
  );
  const tasks = (await Promise.all(lists)).flatMap(({ taskArns }) => taskArns);
  const all = tasks.length === 0 ? [] : (await client.send(new ecs.DescribeTasksCommand({ cluster, tasks }))).tasks;
  const alive = all.filter(({ lastStatus, group }) => lastStatus !== 'STOPPED' && !daemons.split(',').includes(group));
  if (alive.length === 0) return release();
  await fleet.send(new autoScaling.RecordLifecycleActionHeartbeatCommand(action));
  return 'waiting';
}

await text(process.stdin);
const { AutoScalingInstances: all } = await fleet.send(new autoScaling.DescribeAutoScalingInstancesCommand({}));
const waiting = all.filter(({ LifecycleState }) => LifecycleState === 'Terminating:Wait');
const results = await Promise.all(waiting.map(async (one) => [one.InstanceId, await drain(one)]));
console.log(JSON.stringify(Object.fromEntries(results)));
