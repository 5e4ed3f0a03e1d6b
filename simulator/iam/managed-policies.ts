/**
 * AWS's managed policies that functions of common tools are given, by ARN, as the AWS Managed Policy Reference Guide has
 * them.
 */
const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role';
const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

export const MANAGED_POLICIES: Readonly<Record<string, object>> = {
  [`${SERVICE_ROLES}/AWSLambdaBasicExecutionRole`]: allow(LOGS),
  [`${SERVICE_ROLES}/AWSLambdaSQSQueueExecutionRole`]: allow([
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    ...LOGS,
  ]),
  [`${SERVICE_ROLES}/AWSLambdaDynamoDBExecutionRole`]: allow([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    ...LOGS,
  ]),
  [`${SERVICE_ROLES}/AWSLambdaVPCAccessExecutionRole`]: allow([
    ...LOGS,
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ]),
  [`${SERVICE_ROLES}/AutoScalingNotificationAccessRole`]: allow(['sqs:SendMessage', 'sqs:GetQueueUrl', 'sns:Publish']),
};

function allow(Action: readonly string[]): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}
