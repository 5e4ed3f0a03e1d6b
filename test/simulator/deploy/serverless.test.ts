import { describe, expect, test } from 'vitest';
import { expandServerless } from '../../../simulator/deploy/serverless/transform.ts';

type Resources = Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> } | undefined>;

function expand(properties: object, rest: object = {}): Resources {
  const Drain = { Type: 'AWS::Serverless::Function', Properties: properties };
  const template = { Transform: 'AWS::Serverless-2016-10-31', Resources: { Drain }, ...rest };
  return (expandServerless(template) as { Resources: Resources }).Resources;
}

const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

describe('a serverless function', () => {
  test('is a function with a role that Lambda may assume', () => {
    const resources = expand({ Handler: 'a.b', Runtime: 'nodejs24.x', CodeUri: 'src/', Tags: { team: 'x' } });
    expect(resources).toMatchObject({
      Drain: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Handler: 'a.b',
          Code: { CodeUri: 'src/' },
          Tags: [{ Key: 'team', Value: 'x' }],
          Role: { 'Fn::GetAtt': ['DrainRole', 'Arn'] },
        },
      },
      DrainRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'lambda.amazonaws.com' } }] },
          ManagedPolicyArns: [BASIC],
        },
      },
    });
  });

  test('has the role that it names, and none of its own', () => {
    const resources = expand({ Role: 'arn:aws:iam::111122223333:role/mine' });
    expect(Object.keys(resources)).toEqual(['Drain']);
    expect(resources.Drain?.Properties.Role).toBe('arn:aws:iam::111122223333:role/mine');
  });

  test('inherits from Globals: maps are merged, lists joined, the rest overridden', () => {
    const Globals = {
      Function: { Timeout: 10, MemorySize: 256, Environment: { Variables: { A: '1', B: '2' } }, Layers: ['x'] },
    };
    const { Drain } = expand({ Timeout: 20, Environment: { Variables: { B: '3' } }, Layers: ['y'] }, { Globals });
    expect(Drain?.Properties).toMatchObject({
      Timeout: 20,
      MemorySize: 256,
      Environment: { Variables: { A: '1', B: '3' } },
      Layers: ['x', 'y'],
    });
  });

  test('has policies by name, as documents and by template', () => {
    const statement = { Effect: 'Allow', Action: 'ecs:*', Resource: '*' };
    const { DrainRole } = expand({
      Policies: [
        'AWSLambdaVPCAccessExecutionRole',
        { Statement: [statement] },
        { SQSSendMessagePolicy: { QueueName: 'q' } },
      ],
    });
    expect(DrainRole?.Properties).toMatchObject({
      ManagedPolicyArns: [BASIC, 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'],
      Policies: [
        { PolicyName: 'DrainRolePolicy0', PolicyDocument: { Statement: [statement] } },
        {
          PolicyName: 'DrainRolePolicy1',
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['sqs:SendMessage*'] }] },
        },
      ],
    });
  });

  const target = { Arn: { 'Fn::GetAtt': ['Drain', 'Arn'] } };
  test.each([
    [
      'EventBridgeRule',
      { Pattern: { source: ['a'] } },
      'AWS::Events::Rule',
      { EventPattern: { source: ['a'] }, Targets: [target] },
    ],
    ['CloudWatchEvent', { Pattern: { source: ['a'] }, State: 'DISABLED' }, 'AWS::Events::Rule', { State: 'DISABLED' }],
    [
      'Schedule',
      { Schedule: 'rate(1 minute)', Input: '{}' },
      'AWS::Events::Rule',
      { ScheduleExpression: 'rate(1 minute)', Targets: [{ ...target, Input: '{}' }] },
    ],
    [
      'SQS',
      { Queue: 'arn:q', BatchSize: 5 },
      'AWS::Lambda::EventSourceMapping',
      { EventSourceArn: 'arn:q', BatchSize: 5, FunctionName: { Ref: 'Drain' } },
    ],
    [
      'SNS',
      { Topic: { Ref: 'Topic' } },
      'AWS::SNS::Subscription',
      { Protocol: 'lambda', TopicArn: { Ref: 'Topic' }, Endpoint: target.Arn },
    ],
    [
      'DynamoDB',
      { Stream: 'arn:s', StartingPosition: 'LATEST' },
      'AWS::Lambda::EventSourceMapping',
      { EventSourceArn: 'arn:s' },
    ],
  ])('is invoked by an event of type %s', (Type, Properties, made, expected) => {
    const resources = expand({ Events: { Now: { Type, Properties } } });
    expect(resources.DrainNow).toMatchObject({ Type: made, Properties: expected });
    const pushed = made !== 'AWS::Lambda::EventSourceMapping';
    expect(resources.DrainNowPermission?.Type).toBe(pushed ? 'AWS::Lambda::Permission' : undefined);
    expect(resources.DrainRole?.Properties.ManagedPolicyArns).toHaveLength(pushed ? 1 : 2);
  });

  test.each([
    [{ Nonsense: 1 }, 'Drain (AWS::Serverless::Function): unsupported properties Nonsense'],
    [
      { Events: { Web: { Type: 'HttpApi' } } },
      'Drain: the event Web is of type HttpApi; the simulator has EventBridgeRule',
    ],
    [{ Events: { Q: { Type: 'SQS', Properties: { Que: 1 } } } }, 'Drain: the event Q has unsupported properties Que'],
    [{ Policies: [{ S3ReadPolicy: { BucketName: 'b' } }] }, 'Drain: the policy template S3ReadPolicy is not supported'],
    [{ Policies: [{ SQSPollerPolicy: {} }] }, 'Drain: SQSPollerPolicy needs QueueName'],
  ])('is never half understood: %j', (properties, message) => {
    expect(() => expand(properties)).toThrow(message);
  });
});
