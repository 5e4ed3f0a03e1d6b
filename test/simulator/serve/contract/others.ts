import type { Story } from './story.ts';

const commands = { commands: ['true'] };

export const ssm: Story = {
  service: 'ssm',
  steps: [
    [
      'SendCommand',
      ({ ec2InstanceIds: [id] }) => ({ InstanceIds: [id], DocumentName: 'AWS-RunShellScript', Parameters: commands }),
    ],
    30,
    [
      'GetCommandInvocation',
      ({ ec2InstanceIds: [InstanceId], answer }) => {
        const { Command } = answer<{ Command: { CommandId: string } }>('SendCommand');
        return { CommandId: Command.CommandId, InstanceId };
      },
    ],
    ['ListCommands'],
    ['ListCommandInvocations', ({ ec2InstanceIds: [InstanceId] }) => ({ InstanceId, Details: true })],
    ['DescribeInstanceInformation', { Filters: [{ Key: 'PingStatus', Values: ['Online'] }] }],
    ['PutParameter', { Name: '/shop/limit', Value: '5', Type: 'String' }],
    ['GetParameter', { Name: '/shop/limit:1' }],
    ['GetParameters', { Names: ['/shop/limit', '/shop/none'] }],
    ['GetParametersByPath', { Path: '/aws/service/ecs', Recursive: true }],
    ['DeleteParameter', { Name: '/shop/limit' }],
  ],
};

export const sts: Story = { service: 'sts', steps: [['GetCallerIdentity']] };

const TableName = 'incidents';
const item = { id: { S: 'a' }, attempts: { N: '1' } };
const Key = { id: item.id };

const orders = {
  TableName: 'orders',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const ResourceArn = `arn:aws:dynamodb:eu-central-1:111122223333:table/${TableName}`;

export const dynamodb: Story = {
  service: 'dynamodb',
  steps: [
    ['PutItem', { TableName, Item: item }],
    ['GetItem', { TableName, Key, ConsistentRead: true }],
    ['UpdateItem', { TableName, Key, UpdateExpression: 'REMOVE attempts', ReturnValues: 'ALL_OLD' }],
    ['Query', { TableName, KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': item.id } }],
    ['BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item: { id: { S: 'b' } } } }] } }],
    ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [{ id: { S: 'b' } }], ConsistentRead: true } } }],
    ['TransactWriteItems', { TransactItems: [{ Put: { TableName, Item: { id: { S: 'c' } } } }] }],
    [
      'TransactGetItems',
      { TransactItems: [{ Get: { TableName, Key } }, { Get: { TableName, Key: { id: { S: 'c' } } } }] },
    ],
    ['Scan', { TableName, Select: 'COUNT' }],
    ['DeleteItem', { TableName, Key }],
    ['CreateTable', { ...orders, Tags: [{ Key: 'stage', Value: 'test' }] }],
    60,
    ['DescribeTable', { TableName: orders.TableName }],
    ['ListTables'],
    ['UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } }],
    ['DescribeTimeToLive', { TableName }],
    ['TagResource', { ResourceArn, Tags: [{ Key: 'team', Value: 'platform' }] }],
    ['ListTagsOfResource', { ResourceArn }],
    ['UntagResource', { ResourceArn, TagKeys: ['team'] }],
    ['DeleteTable', { TableName: orders.TableName }],
  ],
};

const Namespace = 'Shop';
const MetricName = 'Orders';
const StartTime = new Date('2026-01-05T08:00:00Z');
const EndTime = new Date('2026-01-06T08:00:00Z');
const alarm = { AlarmName: 'late', EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' };

export const cloudWatch: Story = {
  service: 'cloudwatch',
  steps: [
    ['PutMetricData', { Namespace, MetricData: [{ MetricName, Values: [1, 2.5], Counts: [2, 1], Unit: 'Count' }] }],
    ['ListMetrics', { Namespace }],
    [
      'GetMetricStatistics',
      { Namespace, MetricName, StartTime, EndTime, Period: 3600, Statistics: ['Sum', 'Average', 'SampleCount'] },
    ],
    [
      'GetMetricData',
      {
        MetricDataQueries: [{ Id: 'a', MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: 'p50' } }],
        StartTime,
        EndTime,
      },
    ],
    ['PutMetricAlarm', { ...alarm, Namespace, MetricName, Statistic: 'Sum', Period: 60 }],
    ['SetAlarmState', { AlarmName: 'late', StateValue: 'ALARM', StateReason: 'a drill' }],
    ['DescribeAlarms', { AlarmNames: ['late'] }],
    ['DescribeAlarmHistory', { AlarmName: 'late' }],
    ['DeleteAlarms', { AlarmNames: ['late'] }],
  ],
};
