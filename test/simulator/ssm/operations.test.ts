import { describe, expect, test } from 'vitest';
import { refusal } from '../refusal.ts';
import { type ServedWorld, serveWorld } from '../serve/served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const RECOMMENDED = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';

describe('A parameter', () => {
  test('has versions, and each can be read', async () => {
    const { call } = await serveWorld(EMPTY);
    const Name = '/shop/limit';
    expect(await call('ssm', 'PutParameter', { Name, Value: '1', Type: 'String' })).toEqual({
      Version: 1,
      Tier: 'Standard',
    });
    expect(await refusal(call('ssm', 'PutParameter', { Name, Value: '2' }))).toMatch(/^ParameterAlreadyExists: /);
    expect(await call('ssm', 'PutParameter', { Name, Value: '2', Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await call('ssm', 'GetParameter', { Name })).toMatchObject({
      Parameter: {
        Name,
        Type: 'String',
        Value: '2',
        Version: 2,
        ARN: 'arn:aws:ssm:eu-central-1:111122223333:parameter/shop/limit',
      },
    });
    expect(await call('ssm', 'GetParameter', { Name: `${Name}:1` })).toMatchObject({
      Parameter: { Value: '1', Version: 1, Selector: ':1' },
    });
    expect(await refusal(call('ssm', 'GetParameter', { Name: `${Name}:3` }))).toMatch(/^ParameterVersionNotFound/);
    await call('ssm', 'DeleteParameter', { Name });
    expect(await refusal(call('ssm', 'GetParameter', { Name }))).toMatch(/^ParameterNotFound/);
    expect(await refusal(call('ssm', 'DeleteParameter', { Name }))).toMatch(/^ParameterNotFound/);
  });

  test('is found with others by name, and by path', async () => {
    const { call } = await serveWorld(EMPTY);
    for (const Name of ['/shop/a', '/shop/b', '/shop/deep/c', '/shopping/d', 'plain']) {
      await call('ssm', 'PutParameter', { Name, Value: Name, Type: 'String' });
    }
    const named = await call('ssm', 'GetParameters', { Names: ['plain', 'none', '/shop/a'] });
    expect(named).toMatchObject({ Parameters: [{ Name: 'plain' }, { Name: '/shop/a' }], InvalidParameters: ['none'] });
    const names = async (input: object) =>
      (await call<{ Parameters: { Name: string }[] }>('ssm', 'GetParametersByPath', input)).Parameters.map(
        (one) => one.Name,
      );
    expect(await names({ Path: '/shop' })).toEqual(['/shop/a', '/shop/b']);
    expect(await names({ Path: '/shop/', Recursive: true })).toEqual(['/shop/a', '/shop/b', '/shop/deep/c']);
    const first = await call('ssm', 'GetParametersByPath', { Path: '/shop', MaxResults: 1 });
    expect(await names({ Path: '/shop', MaxResults: 1, NextToken: first.NextToken })).toEqual(['/shop/b']);
  });

  test('of AWS tells the recommended image, which is that of the hosts', async () => {
    const world = await serveWorld();
    const { Parameter } = await world.call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', {
      Name: RECOMMENDED,
    });
    const image = JSON.parse(Parameter.Value);
    const member = await world.call('ssm', 'GetParameter', { Name: `${RECOMMENDED}/image_id` });
    expect(member).toMatchObject({ Parameter: { Value: image.image_id } });
    const { Reservations } = await world.call('ec2', 'DescribeInstances');
    expect(JSON.stringify(Reservations)).toContain(image.image_id);
  });

  test.each([
    [{ Name: 'a', Value: 'x' }, 'ValidationException: A parameter type is required'],
    [{ Name: 'a', Value: 'x', Type: 'SecureString' }, 'ValidationException: The simulator does not model SecureString'],
    [{ Name: 'a/b', Value: 'x', Type: 'String' }, 'ValidationException: Parameter name'],
    [{ Name: 'aws-mine', Value: 'x', Type: 'String' }, "ValidationException: Parameter name: can't be prefixed"],
    [{ Name: '/aws/mine', Value: 'x', Type: 'String' }, 'AccessDeniedException: No access to reserved parameter name'],
    [{ Name: 'a', Value: 'x'.repeat(4_097), Type: 'String' }, 'ValidationException: Standard tier'],
    [
      { Name: 'a', Value: 'x', Type: 'String', Tier: 'Advanced' },
      'ValidationException: The simulator does not model the tier',
    ],
    [
      { Name: 'a', Value: 'x', Type: 'String', Policies: '[]' },
      'ValidationException: The simulator does not model the parameter',
    ],
  ])('is refused as %j', async (input, error) => {
    const { call } = await serveWorld(EMPTY);
    expect(await refusal(call('ssm', 'PutParameter', input))).toContain(error);
  });
});

async function instancesOf({ call }: ServedWorld, input: object = {}) {
  const answer = await call('ssm', 'DescribeInstanceInformation', input);
  return answer.InstanceInformationList as { InstanceId: string; PingStatus: string }[];
}

test('Instances are listed with whether their SSM agent answers', async () => {
  const world = await serveWorld();
  const all = await instancesOf(world);
  expect(all).toEqual(Array(3).fill(expect.objectContaining({ PingStatus: 'Online', ResourceType: 'EC2Instance' })));
  const [first = all[0], second = all[1]] = all;
  await world.control('stop-instance', { instance: first?.InstanceId });
  await world.control('disconnect-agent', { instance: second?.InstanceId, cause: 'unreachable' });
  await world.control('advance', { seconds: 30 });
  const lost = await instancesOf(world, { Filters: [{ Key: 'PingStatus', Values: ['ConnectionLost'] }] });
  expect(lost.map(({ InstanceId }) => InstanceId)).toEqual([first?.InstanceId, second?.InstanceId]);
  const old = { InstanceInformationFilterList: [{ key: 'InstanceIds', valueSet: [first?.InstanceId] }] };
  expect(await instancesOf(world, old)).toHaveLength(1);
  const tag = { Filters: [{ Key: 'tag:team', Values: ['platform'] }] };
  expect(await refusal(instancesOf(world, tag))).toMatch(/^InvalidFilterKey/);
});

test('Commands and their invocations are listed, the newest first', async () => {
  const world = await serveWorld();
  const { call, control } = world;
  const InstanceIds = (await instancesOf(world)).map(({ InstanceId }) => InstanceId);
  const send = async (ids: string[], Comment: string) => {
    const input = { InstanceIds: ids, Comment, DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['true'] } };
    return (await call<{ Command: { CommandId: string } }>('ssm', 'SendCommand', input)).Command.CommandId;
  };
  const CommandId = await send(InstanceIds, 'first');
  expect(await call('ssm', 'ListCommands')).toMatchObject({
    Commands: [{ CommandId, TargetCount: 3, CompletedCount: 0 }],
  });
  await control('advance', { seconds: 30 });
  const second = await send(InstanceIds.slice(0, 1), 'second');
  await control('advance', { seconds: 30 });
  expect(await call('ssm', 'ListCommands')).toMatchObject({
    Commands: [
      { CommandId: second, Comment: 'second', Status: 'Success' },
      { CommandId, Status: 'Success', CompletedCount: 3, ErrorCount: 0 },
    ],
  });
  expect(await call('ssm', 'ListCommands', { InstanceId: InstanceIds[2] })).toMatchObject({
    Commands: [{ CommandId }],
  });
  const { CommandInvocations } = await call('ssm', 'ListCommandInvocations', { CommandId, Details: true });
  expect(CommandInvocations).toMatchObject(
    InstanceIds.map((InstanceId) => ({ InstanceId, Status: 'Success', CommandPlugins: [{ ResponseCode: 0 }] })),
  );
  const none = { CommandId: '00000000-0000-0000-0000-000000000000' };
  expect(await refusal(call('ssm', 'ListCommands', none))).toMatch(/^InvalidCommandId/);
});
