import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as sns from '@aws-sdk/client-sns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf, failWith, serve } from './fake-world.ts';

describe('Auto Scaling (query)', () => {
  it('carries lists, filters, dates and empty lists both ways', async () => {
    const CreatedTime = new Date('2026-01-05T08:00:00.000Z');
    const group = {
      AutoScalingGroupName: 'g',
      MinSize: 0,
      MaxSize: 2,
      DesiredCapacity: 1,
      DefaultCooldown: 300,
      AvailabilityZones: ['a', 'b'],
      HealthCheckType: 'EC2',
      CreatedTime,
      NewInstancesProtectedFromScaleIn: true,
      Instances: [],
    };
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [group] }),
    });
    const command = new autoScaling.DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: ['g', 'h'],
      Filters: [{ Name: 'tag:a.b', Values: ['x & y', 'ä=1'] }],
      MaxRecords: 5,
      IncludeInstances: false,
    });

    const output = await world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.AutoScalingGroups).toEqual([group]);
  });

  it('answers an operation without output', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, { SetInstanceHealth: () => undefined });
    const command = new autoScaling.SetInstanceHealthCommand({ InstanceId: 'i-1', HealthStatus: 'Unhealthy' });

    const output = await world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command));

    expect(output.$metadata.httpStatusCode).toBe(200);
  });

  it('sends the code of an error that a service names by its shape', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeAutoScalingGroups: failWith('ResourceContentionFault', 'busy'),
    });

    const error = await errorOf(
      world.settle(
        new autoScaling.AutoScalingClient(world.clientConfig).send(
          new autoScaling.DescribeAutoScalingGroupsCommand({}),
        ),
      ),
    );

    expect(error).toBeInstanceOf(autoScaling.ResourceContentionFault);
    expect(error).toMatchObject({ Code: 'ResourceContention', $metadata: { httpStatusCode: 500 } });
  });

  it('keeps a code that the model does not know, with its message', async () => {
    const message = 'No active Lifecycle Action found with instance ID i-1';
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      CompleteLifecycleAction: failWith('ValidationError', message),
    });
    const command = new autoScaling.CompleteLifecycleActionCommand({
      AutoScalingGroupName: 'g',
      LifecycleHookName: 'h',
      LifecycleActionResult: 'CONTINUE',
    });

    const error = await errorOf(world.settle(new autoScaling.AutoScalingClient(world.clientConfig).send(command)));

    expect(error).toMatchObject({ name: 'ValidationError', message, Type: 'Sender' });
  });

  it('keeps any text that XML can carry, in both directions', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeTags: ({ Filters }) => ({ Tags: [{ Key: 'k', Value: Filters[0].Values[0] }] }),
    });
    const client = new autoScaling.AutoScalingClient(world.clientConfig);
    const xmlText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => isXmlText(text));

    await fc.assert(
      fc.asyncProperty(xmlText, async (text) => {
        const command = new autoScaling.DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [text] }] });
        const output = await world.settle(client.send(command));
        expect(output.Tags?.[0]?.Value).toBe(text);
      }),
    );
  });
});

/** XML has no control characters. */
function isXmlText(text: string): boolean {
  return [...text].every((character) => character >= ' ' && character !== '\uFFFE' && character !== '\uFFFF');
}

describe('SNS (query)', () => {
  it('carries maps with bytes', async () => {
    const world = serve('sns', 'awsQuery', sns, { Publish: () => ({ MessageId: 'm-1' }) });
    const command = new sns.PublishCommand({
      TopicArn: 'arn:aws:sns:eu-central-1:111122223333:t',
      Message: 'line 1\nline 2 <&>',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'drain.opened' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) },
      },
    });

    const output = await world.settle(new sns.SNSClient(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.MessageId).toBe('m-1');
  });

  it('sends the code and the status of an error that a service names by its code', async () => {
    const world = serve('sns', 'awsQuery', sns, { Publish: failWith('AuthorizationError', 'no') });
    const command = new sns.PublishCommand({ TopicArn: 'arn', Message: 'm' });

    const error = await errorOf(world.settle(new sns.SNSClient(world.clientConfig).send(command)));

    expect(error).toBeInstanceOf(sns.AuthorizationErrorException);
    expect(error.$metadata).toMatchObject({ httpStatusCode: 403 });
  });
});

describe('EC2 (its own query protocol)', () => {
  it('carries flattened lists, EC2 names and nested items both ways', async () => {
    const LaunchTime = new Date('2026-01-05T08:00:00.000Z');
    const instance = {
      InstanceId: 'i-1',
      State: { Code: 16, Name: 'running' },
      LaunchTime,
      Tags: [{ Key: 'a', Value: '<b>' }],
      EbsOptimized: true,
    };
    const world = serve('ec2', 'ec2Query', ec2, {
      DescribeInstances: () => ({ Reservations: [{ ReservationId: 'r-1', Instances: [instance], Groups: [] }] }),
    });
    const command = new ec2.DescribeInstancesCommand({
      InstanceIds: ['i-1', 'i-2'],
      Filters: [{ Name: 'instance-state-name', Values: ['running', 'stopped'] }],
      DryRun: false,
    });

    const output = await world.settle(new ec2.EC2Client(world.clientConfig).send(command));

    expect(world.inputs).toEqual([command.input]);
    expect(output.Reservations).toEqual([{ ReservationId: 'r-1', Instances: [instance], Groups: [] }]);
  });

  it('answers errors in its own form', async () => {
    const world = serve('ec2', 'ec2Query', ec2, {
      DescribeInstances: failWith('InvalidInstanceID.NotFound', "The instance ID 'i-9' does not exist"),
    });

    const error = await errorOf(
      world.settle(new ec2.EC2Client(world.clientConfig).send(new ec2.DescribeInstancesCommand({}))),
    );

    expect(error).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-9' does not exist",
    });
  });

  it.each([
    ['a parameter it does not have', 'InstanceIdd.1=i-1', 'UnknownParameter'],
    ['a member that an item of a list does not have', 'Filter.1.Nmae=tag', 'UnknownParameter'],
    ['a list that is not numbered', 'InstanceId.Item=i-1', 'UnknownParameter'],
    ['a number that is none', 'MaxResults=all', 'InvalidParameterValue'],
    ['a truth value that is none', 'DryRun=perhaps', 'InvalidParameterValue'],
  ])('refuses %s', async (_what, parameter, code) => {
    const world = serve('ec2', 'ec2Query', ec2, { DescribeInstances: () => ({}) });
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/ec2/aws4_request, Signature=00';

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'ec2.eu-central-1.amazonaws.com',
        headers: { authorization },
        body: `Action=DescribeInstances&Version=2016-11-15&${parameter}`,
      }),
    );

    expect(answer.status).toBe(400);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  it('refuses a request without a required parameter', async () => {
    const world = serve('ec2', 'ec2Query', ec2, { TerminateInstances: () => ({}) });
    const command = new ec2.TerminateInstancesCommand({ InstanceIds: undefined });

    const error = await errorOf(world.settle(new ec2.EC2Client(world.clientConfig).send(command)));

    expect(error.name).toBe('MissingParameter');
  });
});

describe('parameters that an operation does not have', () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260105/eu-central-1/autoscaling/aws4_request, Signature=00';

  it('are ignored by the query services other than EC2', async () => {
    const world = serve('autoscaling', 'awsQuery', autoScaling, {
      DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [] }),
    });

    const answer = await world.settle(
      world.wire.handle({
        method: 'POST',
        path: '/',
        host: 'autoscaling.eu-central-1.amazonaws.com',
        headers: { authorization },
        body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01&MaxRecords=5&Colour=red&Filters.member.1.Nmae=x',
      }),
    );

    expect(answer.status).toBe(200);
    expect(world.inputs).toEqual([{ MaxRecords: 5, Filters: [{}] }]);
  });
});
