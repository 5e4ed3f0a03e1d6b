import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as events from '@aws-sdk/client-eventbridge';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../simulator/wire/aws-error.ts';
import type { SimulatedService } from '../../../simulator/wire/service.ts';
import { operationShapes } from '../../../simulator/wire/shape.ts';
import { validate } from '../../../simulator/wire/validation.ts';

const clients: Readonly<Record<string, object>> = {
  autoscaling: autoScaling,
  dynamodb,
  ec2,
  ecs,
  events,
  sns,
  sqs,
  ssm,
};

/** What the service answers to an input; undefined when it has nothing against it. */
function refusal(name: string, operation: string, input: object): { code: string; message: string } | undefined {
  const schemas = { ...clients[name] } as Record<string, unknown>;
  const service: SimulatedService = { name, protocol: 'awsJson1_1', schemas, operations: {} };
  const shapes = operationShapes(schemas, operation);
  if (shapes === undefined) throw new Error(`${name} has no ${operation}`);
  try {
    validate(service, operation, shapes.input, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { code: error.code, message: error.message };
  }
}

const long = (length: number) => 'x'.repeat(length);
const group = { AutoScalingGroupName: 'web' };
const tag = (key: string) => ({ resourceArn: 'arn', tags: [{ key: 'a' }, { key }] });

describe('each service refuses in its own words', () => {
  const refused: [what: string, service: string, operation: string, input: object, code: string, message: string][] = [
    [
      'a set of values, ECS',
      'ecs',
      'ListTasks',
      { launchType: 'LAMBDA' },
      'InvalidParameterException',
      "1 validation error detected: Value 'LAMBDA' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]",
    ],
    ['a missing member, ECS', 'ecs', 'DescribeTasks', {}, 'InvalidParameterException', 'Tasks cannot be empty.'],
    [
      'a member of an item of a list',
      'ecs',
      'TagResource',
      tag(long(129)),
      'InvalidParameterException',
      `1 validation error detected: Value '${long(129)}' at 'tags.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 128`,
    ],
    [
      'a length, Auto Scaling',
      'autoscaling',
      'SetDesiredCapacity',
      { AutoScalingGroupName: long(256), DesiredCapacity: 1 },
      'ValidationError',
      `1 validation error detected: Value '${long(256)}' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length less than or equal to 255`,
    ],
    [
      'several rules at once',
      'autoscaling',
      'PutLifecycleHook',
      { ...group, LifecycleHookName: '' },
      'ValidationError',
      "2 validation errors detected: Value '' at 'lifecycleHookName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'lifecycleHookName' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9\\-_\\/]+",
    ],
    [
      'what is missing and what is wrong, together',
      'autoscaling',
      'SetInstanceHealth',
      { InstanceId: long(20) },
      'ValidationError',
      `2 validation errors detected: Value null at 'healthStatus' failed to satisfy constraint: Member must not be null; Value '${long(20)}' at 'instanceId' failed to satisfy constraint: Member must have length less than or equal to 19`,
    ],
    [
      'an item that is text: the list is shown',
      'ssm',
      'SendCommand',
      { DocumentName: 'AWS-RunShellScript', InstanceIds: ['i-0123456789abcdef0', 'i-1'] },
      'ValidationException',
      "1 validation error detected: Value '[i-0123456789abcdef0, i-1]' at 'instanceIds' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: (^i-(\\w{8}|\\w{17})$)|(^mi-\\w{17}$)]",
    ],
    [
      'a number',
      'ssm',
      'SendCommand',
      { DocumentName: 'AWS-RunShellScript', TimeoutSeconds: 29 },
      'ValidationException',
      "1 validation error detected: Value '29' at 'timeoutSeconds' failed to satisfy constraint: Member must have value greater than or equal to 30",
    ],
    [
      'the length of a list, EventBridge',
      'events',
      'PutEvents',
      { Entries: [] },
      'ValidationException',
      "1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'the size of a map, DynamoDB',
      'dynamodb',
      'BatchGetItem',
      { RequestItems: {} },
      'ValidationException',
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a list that is the value of a map, DynamoDB',
      'dynamodb',
      'BatchWriteItem',
      { RequestItems: { table: [] } },
      'ValidationException',
      "1 validation error detected: Value '{table=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]",
    ],
    [
      'an attribute that SQS does not have',
      'sqs',
      'GetQueueAttributes',
      { QueueUrl: 'jobs', AttributeNames: ['QueueArn', 'Colour'] },
      'InvalidAttributeName',
      'Unknown Attribute Colour.',
    ],
    [
      'a missing member, SQS',
      'sqs',
      'SendMessage',
      { QueueUrl: 'jobs' },
      'MissingParameter',
      'The request must contain the parameter MessageBody.',
    ],
    [
      'a missing member, SNS',
      'sns',
      'PublishBatch',
      { TopicArn: 'arn' },
      'InvalidParameter',
      'Invalid parameter: PublishBatchRequestEntries Reason: no value for required parameter',
    ],
    [
      'a missing member, EC2',
      'ec2',
      'StopInstances',
      {},
      'MissingParameter',
      'The request must contain the parameter InstanceIds.',
    ],
  ];

  test.each(refused)('%s', (_what, service, operation, input, code, message) => {
    expect(refusal(service, operation, input)).toEqual({ code, message });
  });
});

describe('what is within the limits passes', () => {
  const accepted: [what: string, service: string, operation: string, input: object][] = [
    ['the longest name', 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: long(255), DesiredCapacity: 0 }],
    ['characters beyond the basic plane count once', 'ecs', 'TagResource', tag('𝕏'.repeat(128))],
    ['letters of any alphabet', 'ecs', 'TagResource', tag('équipe/Ж')],
    [
      'an attribute of messages among those to receive',
      'sqs',
      'ReceiveMessage',
      { QueueUrl: 'jobs', AttributeNames: ['SentTimestamp'] },
    ],
    [
      'a recursive value',
      'dynamodb',
      'PutItem',
      { TableName: 'table', Item: { a: { L: [{ M: { b: { N: '1' } } }] } } },
    ],
  ];

  test.each(accepted)('%s', (_what, service, operation, input) => {
    expect(refusal(service, operation, input)).toBeUndefined();
  });
});

test('no more than ten errors are told', () => {
  const tags = Array.from({ length: 12 }, () => ({ key: '' }));
  expect(refusal('ecs', 'TagResource', { resourceArn: 'arn', tags })?.message).toMatch(
    /^10 validation errors detected: /,
  );
});

test('any text as a name is either within the model or refused as it says, and never breaks the simulator', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const isValid = [...name].length >= 1 && [...name].length <= 255 && /^[A-Za-z0-9\-_/]+$/.test(name);
      const answer = refusal('autoscaling', 'PutLifecycleHook', { ...group, LifecycleHookName: name });
      expect(answer === undefined).toBe(isValid);
    }),
  );
});
