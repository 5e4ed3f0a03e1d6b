import { describe, expect, test } from 'vitest';
import { readFact } from '../../../simulator/invariants/facts.ts';
import { createAccount, ec2StateOf, IMAGE, joining } from '../api-fleet.ts';
import { type FleetFixture, MINUTE, registrationsOf, tasksOn } from '../fleet-fixture.ts';

interface Ran {
  readonly Instances: { readonly InstanceId: string; readonly PrivateDnsName: string }[];
}

const one = { MinCount: 1, MaxCount: 1 };

function run(fleet: FleetFixture, input: object = {}): Ran['Instances'] {
  const lone = { ...IMAGE, UserData: joining('main'), ...one };
  return fleet.call<Ran>('ec2', 'RunInstances', { ...lone, ...input }).Instances;
}

async function connected(fleet: FleetFixture, id: string): Promise<void> {
  await fleet.runUntil(() => registrationsOf(fleet, id)[0]?.agentConnected === true);
}

describe('RunInstances', () => {
  test('launches instances that are in no group and join the cluster of their user data', async () => {
    const fleet = createAccount();
    const TagSpecifications = [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'platform' }] }];
    const instances = run(fleet, { MinCount: 1, MaxCount: 3, TagSpecifications });
    const ids = instances.map(({ InstanceId }) => InstanceId);
    for (const id of ids) await connected(fleet, id);

    expect(ids).toHaveLength(3);
    expect(fleet.views.groupInstances()).toEqual([]);
    const named = { Filters: [{ Name: 'private-dns-name', Values: [instances[0]?.PrivateDnsName ?? ''] }] };
    expect(fleet.call('ec2', 'DescribeInstances', named)).toMatchObject({
      Reservations: [
        { Instances: [{ InstanceId: ids[0], State: { Name: 'running' }, Tags: [{ Key: 'team', Value: 'platform' }] }] },
      ],
    });
  });

  test('takes from a launch template what the call leaves out', () => {
    const fleet = createAccount();
    const LaunchTemplate = { LaunchTemplateName: 'hosts' };

    expect(fleet.call('ec2', 'RunInstances', { ...one, LaunchTemplate, InstanceType: 'c6g.xlarge' })).toMatchObject({
      Instances: [{ ImageId: IMAGE.ImageId, InstanceType: 'c6g.xlarge' }],
    });
  });

  test('with the same client token launches once', () => {
    const fleet = createAccount();
    const [first] = run(fleet, { ClientToken: 'once' });

    expect(run(fleet, { ClientToken: 'once' })[0]?.InstanceId).toBe(first?.InstanceId);
    expect(fleet.views.ec2Instances()).toHaveLength(1);
  });

  test.each([
    [{ ImageId: undefined }, 'MissingParameter'],
    [{ ImageId: 'resolve:ssm:/aws/service/ecs' }, 'InvalidAMIID.Malformed'],
    [{ InstanceType: 'm5.tiny' }, 'InvalidParameterValue'],
    [{ MinCount: 2 }, 'InvalidParameterValue'],
    [{ Placement: { AvailabilityZone: 'mars-1a' } }, 'InvalidParameterValue'],
    [{ LaunchTemplate: { LaunchTemplateName: 'none' } }, 'InvalidLaunchTemplateName.NotFoundException'],
    [{ LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '7' } }, 'InvalidLaunchTemplateId.VersionNotFound'],
    [{ SubnetId: 'subnet-1' }, 'UnsupportedOperation'],
  ])('is refused with %j', (input, code) => {
    const fleet = createAccount();

    expect(fleet.errorOf('ec2', 'RunInstances', { ...IMAGE, ...one, ...input }).code).toBe(code);
    expect(fleet.views.ec2Instances()).toEqual([]);
  });
});

test('a reboot ends the containers, and the agent comes back under its registration', async () => {
  const fleet = createAccount();
  const id = run(fleet)[0]?.InstanceId ?? '';
  await connected(fleet, id);
  const [before] = registrationsOf(fleet, id);
  fleet.world.runTask({ cluster: 'main', family: 'job', on: id });
  await fleet.runFor(2 * MINUTE);
  expect(tasksOn(fleet, id)).toMatchObject([{ lastStatus: 'RUNNING' }]);

  fleet.call('ec2', 'RebootInstances', { InstanceIds: [id] });
  expect(ec2StateOf(fleet, id)).toBe('running');
  const facts = fleet.kernel.trace.entries.map(readFact);
  expect(facts.findLast((fact) => fact?.kind === 'ec2 instance')).toMatchObject({ state: 'running' });
  await fleet.runUntil(() => tasksOn(fleet, id)[0]?.lastStatus === 'STOPPED');
  await connected(fleet, id);

  expect(tasksOn(fleet, id)).toMatchObject([{ containersEnd: 'host-gone' }]);
  expect(registrationsOf(fleet, id)).toMatchObject([{ arn: before?.arn, status: 'ACTIVE' }]);
});

describe('an attribute', () => {
  const attributeOf = (fleet: FleetFixture, InstanceId: string, Attribute: string) =>
    fleet.call('ec2', 'DescribeInstanceAttribute', { InstanceId, Attribute });

  test('disableApiTermination keeps the instance, and what is terminated with it in its zone', () => {
    const fleet = createAccount();
    const ids = ['a', 'a', 'b'].map(
      (letter) => run(fleet, { Placement: { AvailabilityZone: `eu-central-1${letter}` } })[0]?.InstanceId ?? '',
    );
    fleet.call('ec2', 'ModifyInstanceAttribute', { InstanceId: ids[0], DisableApiTermination: { Value: true } });
    expect(attributeOf(fleet, ids[0] ?? '', 'disableApiTermination')).toMatchObject({
      DisableApiTermination: { Value: true },
    });

    expect(fleet.errorOf('ec2', 'TerminateInstances', { InstanceIds: ids })).toEqual({
      code: 'OperationNotPermitted',
      message: expect.stringContaining(`The instance '${ids[0]}' may not be terminated.`),
    });
    expect(ids.map((id) => ec2StateOf(fleet, id))).toEqual(['pending', 'pending', 'shutting-down']);

    const older = { InstanceId: ids[0], Attribute: 'disableApiTermination', Value: 'false' };
    fleet.call('ec2', 'ModifyInstanceAttribute', older);
    fleet.call('ec2', 'TerminateInstances', { InstanceIds: ids });
    expect(ids.map((id) => ec2StateOf(fleet, id))).toEqual(['shutting-down', 'shutting-down', 'shutting-down']);
  });

  test('instanceType changes only while the instance is stopped, and the agent is refused afterwards', async () => {
    const fleet = createAccount();
    const id = run(fleet)[0]?.InstanceId ?? '';
    await connected(fleet, id);
    const change = { InstanceId: id, InstanceType: { Value: 'm5.xlarge' } };
    expect(fleet.errorOf('ec2', 'ModifyInstanceAttribute', change).code).toBe('IncorrectInstanceState');

    fleet.call('ec2', 'StopInstances', { InstanceIds: [id] });
    await fleet.runFor(10 * MINUTE);
    fleet.call('ec2', 'ModifyInstanceAttribute', change);
    fleet.call('ec2', 'StartInstances', { InstanceIds: [id] });
    await fleet.runFor(10 * MINUTE);

    expect(attributeOf(fleet, id, 'instanceType')).toMatchObject({ InstanceType: { Value: 'm5.xlarge' } });
    expect(registrationsOf(fleet, id)).toMatchObject([{ agentConnected: false }]);
  });
});
