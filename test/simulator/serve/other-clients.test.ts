import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { environment, installedBoto3, installedClis } from './contract/clients.ts';
import { serveWorld } from './served-world.ts';

/** Clients in other languages, where this machine has them. The oldest that is asked for is that of Debian 12. */

const run = promisify(execFile);
const clis = await installedClis();
const boto3 = await installedBoto3();

const names = [...clis, ...boto3].map(({ name }) => name);

test(`the clients of this machine are: ${names.join(', ') || 'none, so that nothing more was tested'}`, () => {
  expect(new Set(names).size).toBe(names.length);
});

test.each(clis)('$name sees an instance through its drain', { timeout: 240_000 }, async ({ command }) => {
  const { url, control, defects } = await serveWorld();
  const aws = async (...args: string[]) => {
    const { stdout } = await run(command, ['--endpoint-url', url, '--output', 'json', ...args], { env: environment });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };
  expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: '111122223333' });
  const { containerInstanceArns } = await aws(
    'ecs',
    'list-container-instances',
    '--cluster',
    'prod',
    '--page-size',
    '1',
  );
  expect(containerInstanceArns).toHaveLength(3);
  const [arn] = containerInstanceArns;
  const named = ['--cluster', 'prod', '--container-instances', arn];
  const { containerInstances } = await aws('ecs', 'describe-container-instances', ...named);
  const id = containerInstances[0].ec2InstanceId;
  expect(await aws('ec2', 'describe-instances', '--instance-ids', id)).toMatchObject({
    Reservations: [{ Instances: [{ InstanceId: id, State: { Code: 16, Name: 'running' } }] }],
  });
  expect(await aws('ecs', 'update-container-instances-state', '--status', 'DRAINING', ...named)).toMatchObject({
    containerInstances: [{ status: 'DRAINING' }],
    failures: [],
  });
  await control('terminate-in-group', { instance: id });
  await control('advance', { seconds: 30 });
  const hook = ['--auto-scaling-group-name', 'web', '--lifecycle-hook-name', 'drain', '--instance-id', id];
  await aws('autoscaling', 'complete-lifecycle-action', '--lifecycle-action-result', 'CONTINUE', ...hook);
  const { QueueUrl } = await aws('sqs', 'get-queue-url', '--queue-name', 'jobs');
  // Older ones ask SQS and CloudWatch in the query protocol, present ones in JSON.
  await aws('sqs', 'send-message', '--queue-url', QueueUrl, '--message-body', 'hello');
  expect(await aws('sqs', 'receive-message', '--queue-url', QueueUrl, '--wait-time-seconds', '2')).toMatchObject({
    Messages: [{ Body: 'hello', MD5OfBody: '5d41402abc4b2a76b9719d911017c592' }],
  });
  const metric = ['--namespace', 'Shop', '--metric-name', 'Orders'];
  await aws('cloudwatch', 'put-metric-data', ...metric, '--value', '2');
  expect(await aws('cloudwatch', 'list-metrics', '--namespace', 'Shop')).toEqual({
    Metrics: [{ Namespace: 'Shop', MetricName: 'Orders', Dimensions: [] }],
  });
  await expect(aws('ecs', 'list-tasks', '--cluster', 'none')).rejects.toThrow('(ClusterNotFoundException)');
  await expect(aws('ec2', 'describe-vpcs')).rejects.toThrow('(InvalidAction)');
  expect(defects).toEqual([]);
});

const SCRIPT = `
import boto3, json, sys
from botocore.exceptions import ClientError

def client(name):
    return boto3.client(name, endpoint_url=sys.argv[1])

ecs, autoscaling, sqs = client('ecs'), client('autoscaling'), client('sqs')
seen = {}
seen['account'] = client('sts').get_caller_identity()['Account']
seen['tasks'] = sum(len(page['taskArns']) for page in ecs.get_paginator('list_tasks').paginate(
    cluster='prod', PaginationConfig={'PageSize': 1}))
seen['states'] = [one['LifecycleState'] for page in autoscaling.get_paginator('describe_auto_scaling_instances').paginate()
    for one in page['AutoScalingInstances']]
seen['types'] = [host['InstanceType'] for reservation in client('ec2').describe_instances()['Reservations']
    for host in reservation['Instances']]
url = sqs.get_queue_url(QueueName='jobs')['QueueUrl']
sqs.send_message(QueueUrl=url, MessageBody='hello')
seen['bodies'] = [one['Body'] for one in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)['Messages']]
seen['message'] = 'MessageId' in client('sns').publish(
    TopicArn='arn:aws:sns:eu-central-1:111122223333:alerts', Message='hello')
seen['rules'] = [rule['Name'] for rule in client('events').list_rules()['Rules']]
table = boto3.resource('dynamodb', endpoint_url=sys.argv[1]).Table('incidents')
table.put_item(Item={'id': 'a', 'attempts': 3})
seen['item'] = int(table.get_item(Key={'id': 'a'}, ConsistentRead=True)['Item']['attempts'])
try:
    ecs.stop_task(cluster='none', task='x')
except ecs.exceptions.ClusterNotFoundException as error:
    seen['refused'] = error.response['ResponseMetadata']['HTTPStatusCode']
try:
    autoscaling.set_instance_health(InstanceId='i-1', HealthStatus='Healthy')
except ClientError as error:
    seen['unknown'] = error.response['Error']['Code']
print(json.dumps(seen))
`;

test.each(boto3)('$name pages, converts and tells errors apart', async ({ python }) => {
  const { url, defects } = await serveWorld();
  const { stdout } = await run(python, ['-c', SCRIPT, url], { env: environment });
  expect(JSON.parse(stdout)).toEqual({
    account: '111122223333',
    tasks: 6,
    states: ['InService', 'InService', 'InService'],
    types: ['m5.large', 'm5.large', 'm5.large'],
    bodies: ['hello'],
    message: true,
    rules: ['changes'],
    item: 3,
    refused: 400,
    unknown: 'ValidationError',
  });
  expect(defects).toEqual([]);
});
