"""A drainer of the oldest kind: the lifecycle hook notifies a topic, and the topic invokes this function.

As long as tasks are left it publishes the message again, to itself, and so comes back; then it completes the hook.
Lambda stops such a loop after about 16 rounds, unless the function has `RecursiveLoop: Allow`: the pause between the
rounds has to be long enough for a drain, and the hook's timeout longer. drainer.py, which looks every minute, has no such limit.
"""

import json
import os
import time

import boto3

CLUSTER = os.environ["CLUSTER"]
PAUSE_SECONDS = int(os.environ.get("PAUSE_SECONDS", "20"))
# boto3 from before July 2023 does not read AWS_ENDPOINT_URL by itself. In AWS it is not set.
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL")

ecs = boto3.client("ecs", endpoint_url=ENDPOINT)
sns = boto3.client("sns", endpoint_url=ENDPOINT)
autoscaling = boto3.client("autoscaling", endpoint_url=ENDPOINT)


def lambda_handler(event, context):
    notification = event["Records"][0]["Sns"]
    action = json.loads(notification["Message"])
    if action.get("LifecycleTransition") != "autoscaling:EC2_INSTANCE_TERMINATING":
        print(f"nothing to do: {action.get('Event', action.get('LifecycleTransition'))}")
        return
    instance = action["EC2InstanceId"]
    left = drain(instance)
    if left > 0:
        print(f"{instance} has {left} tasks left")
        time.sleep(PAUSE_SECONDS)
        sns.publish(TopicArn=notification["TopicArn"], Message=notification["Message"])
        return
    autoscaling.complete_lifecycle_action(
        AutoScalingGroupName=action["AutoScalingGroupName"],
        LifecycleHookName=action["LifecycleHookName"],
        LifecycleActionToken=action["LifecycleActionToken"],
        LifecycleActionResult="CONTINUE",
    )
    print(f"{instance} is released")


def drain(instance):
    """How many tasks have not stopped yet. Those that are stopping do not count in runningTasksCount."""
    arns = ecs.list_container_instances(cluster=CLUSTER, filter=f"ec2InstanceId == {instance}")["containerInstanceArns"]
    if not arns:
        return 0
    ecs.update_container_instances_state(cluster=CLUSTER, containerInstances=arns, status="DRAINING")
    tasks = [
        task
        for status in ("RUNNING", "STOPPED")
        for task in ecs.list_tasks(cluster=CLUSTER, containerInstance=arns[0], desiredStatus=status)["taskArns"]
    ]
    described = ecs.describe_tasks(cluster=CLUSTER, tasks=tasks[:100])["tasks"] if tasks else []
    return sum(task["lastStatus"] != "STOPPED" for task in described)
