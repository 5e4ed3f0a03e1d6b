import { describe, expect, test } from 'vitest';
import { applyFleet } from '../../../simulator/fleet-document/apply.ts';
import { parseFleetDocument } from '../../../simulator/fleet-document/parse.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

const HERE = 'eu-central-1:111122223333';
const ROLES = 'arn:aws:iam::111122223333:role';
const LINKED_ROLE = `${ROLES}/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
const QUEUE = `arn:aws:sqs:${HERE}:told`;
const FUNCTION = `arn:aws:lambda:${HERE}:function:told`;
const TEST_MESSAGE = {
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

const invokedBy = (Principal: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName: { Ref: 'Function' }, Action: 'lambda:InvokeFunction', Principal },
});

const hook = (more: object = {}) => ({
  AutoScalingGroupName: 'web',
  LifecycleHookName: 'drain',
  LifecycleTransition: TERMINATING,
  ...more,
});

async function account(resources: object = {}): Promise<Simulator> {
  const simulator = createSimulator({ seed: 1 });
  const fleet = 'clusters: [{ name: prod, groups: [{ name: web, desired: 1 }] }]';
  await applyFleet(simulator, parseFleetDocument(fleet, 'fleet.yml'), {
    onGroups: () =>
      void simulator.deploy({ template: { Resources: { ...RESOURCES, ...resources } }, artifactsDirectory: '.' }),
  });
  return simulator;
}

async function received(simulator: Simulator, queue = 'told'): Promise<Record<string, unknown>[]> {
  await simulator.runFor(10_000);
  const QueueUrl = `https://sqs.eu-central-1.amazonaws.com/111122223333/${queue}`;
  const answer = await simulator.call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = answer as { Messages?: { Body: string }[] };
  return Messages.map(({ Body }) => JSON.parse(Body));
}

function terminate({ fleet: { world, views } }: Simulator): string {
  const [id = ''] = views.groupInstances().map(({ ec2InstanceId }) => ec2InstanceId);
  world.terminateInstanceInGroup(id, 'shrink');
  return id;
}

const hooksOf = async (simulator: Simulator) => {
  const answer = await simulator.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'web' });
  return (answer as { LifecycleHooks: Record<string, unknown>[] }).LifecycleHooks;
};

describe('A lifecycle hook with a notification target', () => {
  test('tests its queue when it is put, and tells it of each action beside the event', async () => {
    const simulator = await account();
    const target = { NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender`, NotificationMetadata: 'more' };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    expect(await received(simulator)).toEqual([TEST_MESSAGE]);

    const id = terminate(simulator);
    const [message, ...others] = await received(simulator);

    expect(others).toEqual([]);
    const [action] = simulator.fleet.views.groupInstances()[0]?.hooks ?? [];
    expect(message).toEqual({
      Origin: 'AutoScalingGroup',
      LifecycleHookName: 'drain',
      Destination: 'EC2',
      AccountId: '111122223333',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LifecycleTransition: TERMINATING,
      AutoScalingGroupName: 'web',
      Service: 'AWS Auto Scaling',
      Time: expect.stringMatching(/Z$/),
      EC2InstanceId: id,
      NotificationMetadata: 'more',
      LifecycleActionToken: action?.token,
    });
    const types = simulator.kernel.trace.entries
      .filter(({ kind }) => kind === 'event')
      .map((entry) => JSON.stringify(entry));
    expect(types.filter((text) => text.includes('EC2 Instance-terminate Lifecycle Action'))).toHaveLength(1);
  });

  test('publishes to its topic with the subjects that subscribers know', async () => {
    const simulator = await account();
    const target = {
      NotificationTargetARN: `arn:aws:sns:${HERE}:told`,
      RoleARN: `${ROLES}/auto-scaling-notifications`,
    };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    const [tested] = await received(simulator);
    expect(tested).toMatchObject({ Subject: 'Auto Scaling: test notification for group "web"' });
    expect(JSON.parse(String(tested?.Message))).toEqual(TEST_MESSAGE);

    const id = terminate(simulator);
    const [told] = await received(simulator);

    expect(told?.Subject).toBe(`Auto Scaling:  Lifecycle action 'TERMINATING' for instance ${id} in progress.`);
    expect(JSON.parse(String(told?.Message))).toMatchObject({ EC2InstanceId: id, LifecycleHookName: 'drain' });
  });

  test('invokes a function that lets the service-linked role in', async () => {
    const simulator = await account({ Permission: invokedBy(LINKED_ROLE) });
    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ NotificationTargetARN: FUNCTION }));
    const id = terminate(simulator);
    await simulator.runFor(30_000);

    const lines = simulator.kernel.trace.entries
      .filter(({ kind }) => kind === 'log')
      .map(({ line }) => JSON.parse(String(line).split('\t').at(-1) ?? ''));
    expect(lines).toEqual([TEST_MESSAGE, expect.objectContaining({ EC2InstanceId: id, Origin: 'AutoScalingGroup' })]);
  });

  test('of a template is tested like any other, on a group that the fleet has', async () => {
    const simulator = await account({
      Hook: {
        Type: 'AWS::AutoScaling::LifecycleHook',
        DependsOn: ['Queue', 'Sender'],
        Properties: hook({ NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender` }),
      },
    });
    expect(await received(simulator)).toMatchObject([{ Event: 'autoscaling:TEST_NOTIFICATION' }]);
  });

  const unusable = (target: string, roleName?: string) =>
    `Unable to publish test message to notification target ${target}${roleName === undefined ? '' : ` using IAM role ${ROLES}/${roleName}`}. Please check your target and role configuration and try to put lifecycle hook again.`;

  test.each([
    ['a queue that is not there', `arn:aws:sqs:${HERE}:none`, 'sender', undefined],
    ['a topic that its role may not publish to', `arn:aws:sns:${HERE}:told`, 'sender', undefined],
    ['a queue whose key its role may not use', `arn:aws:sqs:${HERE}:secret`, 'sender', undefined],
    ['a role that Auto Scaling may not assume', QUEUE, 'stranger', undefined],
    ['a role that is not there', QUEUE, 'none', undefined],
    ['a function that does not let it in', FUNCTION, undefined, undefined],
    ['no role', QUEUE, undefined, `RoleARN is required to send notifications to ${QUEUE}.`],
  ])('is refused with %s, and not put', async (_, NotificationTargetARN, name, message) => {
    const simulator = await account({ Permission: invokedBy('autoscaling.amazonaws.com') });
    const target = { NotificationTargetARN, ...(name === undefined ? {} : { RoleARN: `${ROLES}/${name}` }) };

    await expect(simulator.call('autoscaling', 'PutLifecycleHook', hook(target))).rejects.toMatchObject({
      name: 'ValidationError',
      message: message ?? unusable(NotificationTargetARN, name),
    });
    expect(await hooksOf(simulator)).toEqual([]);
    expect(await received(simulator)).toEqual([]);
  });

  test('keeps its target when it is changed otherwise, without a test; an empty text takes it away', async () => {
    const simulator = await account();
    const target = { NotificationTargetARN: QUEUE, RoleARN: `${ROLES}/sender` };
    await simulator.call('autoscaling', 'PutLifecycleHook', hook(target));
    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ HeartbeatTimeout: 60 }));
    expect(await received(simulator)).toHaveLength(1);
    expect(await hooksOf(simulator)).toMatchObject([{ HeartbeatTimeout: 60, ...target }]);

    await simulator.call('autoscaling', 'PutLifecycleHook', hook({ NotificationTargetARN: '' }));

    terminate(simulator);
    expect((await hooksOf(simulator))[0]).not.toHaveProperty('NotificationTargetARN');
    expect(await received(simulator)).toEqual([]);
  });
});

describe('A group that is made with hooks', () => {
  const group = (...LifecycleHookSpecificationList: object[]) => ({
    AutoScalingGroupName: 'web-2',
    MinSize: 0,
    MaxSize: 1,
    AvailabilityZones: ['eu-central-1a'],
    LaunchTemplate: { LaunchTemplateName: 'web' },
    LifecycleHookSpecificationList,
  });
  const drain = { LifecycleHookName: 'drain', LifecycleTransition: TERMINATING, NotificationTargetARN: QUEUE };

  test('tests the target of each', async () => {
    const simulator = await account();
    const RoleARN = `${ROLES}/sender`;
    const other = { ...drain, LifecycleHookName: 'other', RoleARN };
    await simulator.call('autoscaling', 'CreateAutoScalingGroup', group({ ...drain, RoleARN }, other));
    const told = await received(simulator);
    expect(told.map((message) => message.AutoScalingGroupName)).toEqual(['web-2', 'web-2']);
  });

  test.each([
    ['a target that does not take the message', [{ ...drain, RoleARN: `${ROLES}/none` }], /^Unable to publish/],
    [
      'two targets',
      [drain, { ...drain, LifecycleHookName: 'x', NotificationTargetARN: FUNCTION }],
      /must have the same/,
    ],
  ])('is not made with %s', async (_, hooks, message) => {
    const simulator = await account();
    const made = simulator.call('autoscaling', 'CreateAutoScalingGroup', group(...hooks));
    await expect(made).rejects.toThrow(message);
    const { AutoScalingGroups } = (await simulator.call('autoscaling', 'DescribeAutoScalingGroups')) as {
      AutoScalingGroups: { AutoScalingGroupName: string }[];
    };
    expect(AutoScalingGroups.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).toEqual(['web']);
  });
});
