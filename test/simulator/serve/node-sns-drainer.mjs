import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeContainerInstancesCommand,
  ECSClient,
  ListContainerInstancesCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

/** The oldest kind of drainer, a program: notified through a topic, it publishes the message again until it is done. */

const cluster = process.env.CLUSTER;
const ecs = new ECSClient({});

const chunks = await Array.fromAsync(process.stdin);
const [{ Sns }] = JSON.parse(Buffer.concat(chunks).toString()).Records;
const action = JSON.parse(Sns.Message);
if (action.Event !== 'autoscaling:TEST_NOTIFICATION') await drain();

async function drain() {
  if ((await tasksLeft()) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await new SNSClient({}).send(new PublishCommand({ TopicArn: Sns.TopicArn, Message: Sns.Message }));
    return;
  }
  const { AutoScalingGroupName, LifecycleHookName, LifecycleActionToken } = action;
  const completed = {
    AutoScalingGroupName,
    LifecycleHookName,
    LifecycleActionToken,
    LifecycleActionResult: 'CONTINUE',
  };
  await new AutoScalingClient({}).send(new CompleteLifecycleActionCommand(completed));
}

async function tasksLeft() {
  const filter = `ec2InstanceId == ${action.EC2InstanceId}`;
  const { containerInstanceArns: containerInstances } = await ecs.send(
    new ListContainerInstancesCommand({ cluster, filter }),
  );
  await ecs.send(new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status: 'DRAINING' }));
  const described = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
  return described.containerInstances[0].runningTasksCount;
}
