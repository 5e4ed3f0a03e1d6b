"""A small drainer, of the kind that many teams run as a Lambda function.

A terminating instance is set DRAINING. As long as tasks run on it, the lifecycle hook is kept alive until the next call;
once there are none it is completed, and the termination goes on.

`handler` is what Lambda calls. As a command, this file takes the event on standard input, and answers on standard output.
"""

import json
import os
import sys

import boto3

# boto3 from before July 2023 does not read AWS_ENDPOINT_URL by itself. In AWS it is not set.
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL")
CLUSTER = os.environ["CLUSTER"]
HOOK = os.environ["HOOK"]

ecs = boto3.client("ecs", endpoint_url=ENDPOINT)
autoscaling = boto3.client("autoscaling", endpoint_url=ENDPOINT)


def log(text):
    print(text, file=sys.stderr)


def handler(event, context):
    """Called with a terminate event, and every minute: events may be lost, and tasks take their time."""
    waiting = [
        instance
        for page in autoscaling.get_paginator("describe_auto_scaling_instances").paginate()
        for instance in page["AutoScalingInstances"]
        if instance["LifecycleState"] == "Terminating:Wait"
    ]
    return {one["InstanceId"]: drain(one["InstanceId"], one["AutoScalingGroupName"]) for one in waiting}


def drain(instance_id, group):
    arns = ecs.list_container_instances(cluster=CLUSTER, filter=f"ec2InstanceId == {instance_id}")["containerInstanceArns"]
    if not arns:
        return complete(instance_id, group)
    instance = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=arns)["containerInstances"][0]
    if instance["status"] != "DRAINING":
        ecs.update_container_instances_state(cluster=CLUSTER, containerInstances=arns, status="DRAINING")
        log(f"{instance_id} is DRAINING")
        return "draining"
    tasks = ecs.list_tasks(cluster=CLUSTER, containerInstance=arns[0])["taskArns"]
    stopping = ecs.list_tasks(cluster=CLUSTER, containerInstance=arns[0], desiredStatus="STOPPED")["taskArns"]
    alive = [one for one in describe(tasks + stopping) if one["lastStatus"] != "STOPPED" and not is_daemon(one)]
    if alive:
        for one in alive:
            log(f"{instance_id} still has {one['group']}, {one['taskArn']}")
        autoscaling.record_lifecycle_action_heartbeat(
            AutoScalingGroupName=group, LifecycleHookName=HOOK, InstanceId=instance_id
        )
        return "waiting"
    return complete(instance_id, group)


def describe(arns):
    return ecs.describe_tasks(cluster=CLUSTER, tasks=arns[:100])["tasks"] if arns else []


def is_daemon(task):
    """Daemons stay to the end, to serve the others."""
    return task["group"] in os.environ.get("DAEMONS", "").split(",")


def complete(instance_id, group):
    autoscaling.complete_lifecycle_action(
        AutoScalingGroupName=group, LifecycleHookName=HOOK, InstanceId=instance_id, LifecycleActionResult="CONTINUE"
    )
    log(f"{instance_id} is released")
    return "released"


if __name__ == "__main__":
    json.dump(handler(json.load(sys.stdin), None), sys.stdout)
