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
  ],
};

export const sts: Story = { service: 'sts', steps: [['GetCallerIdentity']] };

const TableName = 'incidents';
const item = { id: { S: 'a' }, attempts: { N: '1' } };
const Key = { id: item.id };

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
    ['DeleteItem', { TableName, Key }],
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
