import { expect } from 'vitest';
import { applyFleet } from '../../../simulator/fleet-document/apply.ts';
import { parseFleetDocument } from '../../../simulator/fleet-document/parse.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

export const HERE = 'eu-central-1:111122223333';
export const ROLES = 'arn:aws:iam::111122223333:role';
export const LINKED_ROLE = `${ROLES}/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
export const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
export const QUEUE = `arn:aws:sqs:${HERE}:told`;
export const FUNCTION = `arn:aws:lambda:${HERE}:function:told`;
export const TEST_MESSAGE = {
  AccountId: '111122223333',
  RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  AutoScalingGroupARN: expect.stringMatching(/^arn:aws:autoscaling:.*:autoScalingGroupName\/web$/),
  AutoScalingGroupName: 'web',
  Service: 'AWS Auto Scaling',
  Event: 'autoscaling:TEST_NOTIFICATION',
  Time: expect.stringMatching(/^2026-01-05T08:\d\d:\d\d\.\d{3}Z$/),
};

const role = (RoleName: string, service: string, Action: string, Resource: unknown) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    },
    Policies: [
      {
        PolicyName: 'p',
        PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
      },
    ],
  },
});

const RESOURCES = {
  Key: { Type: 'AWS::KMS::Key', Properties: {} },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'told' } },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'told' } },
  Secret: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'secret', KmsMasterKeyId: { Ref: 'Key' } } },
  Subscription: {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: QUEUE },
  },
  Policy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Queue' }],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
      },
    },
  },
  Sender: role('sender', 'autoscaling.amazonaws.com', 'sqs:SendMessage', '*'),
  Stranger: role('stranger', 'lambda.amazonaws.com', '*', '*'),
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'told',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Stranger', 'Arn'] },
      Code: { ZipFile: 'exports.handler = async (event) => console.log(JSON.stringify(event));' },
    },
  },
};

export const invokedBy = (Principal: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName: { Ref: 'Function' }, Action: 'lambda:InvokeFunction', Principal },
});

export const hook = (more: object = {}) => ({
  AutoScalingGroupName: 'web',
  LifecycleHookName: 'drain',
  LifecycleTransition: TERMINATING,
  ...more,
});

export async function account(resources: object = {}): Promise<Simulator> {
  const simulator = createSimulator({ seed: 1 });
  const fleet = 'clusters: [{ name: prod, groups: [{ name: web, desired: 1 }] }]';
  await applyFleet(simulator, parseFleetDocument(fleet, 'fleet.yml'), {
    onGroups: () =>
      void simulator.deploy({ template: { Resources: { ...RESOURCES, ...resources } }, artifactsDirectory: '.' }),
  });
  return simulator;
}

export async function received(simulator: Simulator, queue = 'told'): Promise<Record<string, unknown>[]> {
  await simulator.runFor(10_000);
  const QueueUrl = `https://sqs.eu-central-1.amazonaws.com/111122223333/${queue}`;
  const answer = await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = answer as { Messages?: { Body: string }[] };
  return Messages.map(({ Body }) => JSON.parse(Body));
}

export function terminate({ fleet: { world, views } }: Simulator): string {
  const [id = ''] = views.groupInstances().map(({ ec2InstanceId }) => ec2InstanceId);
  world.terminateInstanceInGroup(id, 'shrink');
  return id;
}
