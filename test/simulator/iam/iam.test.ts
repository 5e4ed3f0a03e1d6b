import { describe, expect, it } from 'vitest';
import { createIam } from '../../../simulator/iam/iam.ts';
import { createKernel } from '../../../simulator/kernel/kernel.ts';
import type { Call, SimulatedService } from '../../../simulator/wire/service.ts';

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const ARN = 'arn:aws:iam::111122223333:role/drain';
const CALL: Call = {
  caller: { kind: 'function', functionName: 'ebbtide-drain', roleArn: ARN, requestId: 'r' },
  requestId: 'q',
};

function statement(Action: string, Effect = 'Allow') {
  return { Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] };
}

function iamWithRole(properties: Record<string, unknown> = {}) {
  const iam = createIam(createKernel({ seed: 1 }));
  const create = (type: string, given: Record<string, unknown>) =>
    iam.providers[type]?.create(given, { logicalId: 'Thing', stackName: 'ebbtide' });
  const role = create('AWS::IAM::Role', { RoleName: 'drain', AssumeRolePolicyDocument: TRUST, ...properties });
  return { iam, create, role };
}

function service(name: string, protocol: SimulatedService['protocol']): SimulatedService {
  return { name, protocol, schemas: {}, operations: {} };
}

const ECS = service('ecs', 'awsJson1_1');

describe('a role', () => {
  it('has its name, its ARN and whom it trusts', () => {
    const { iam, role } = iamWithRole({ Path: '/team/' });

    expect(role).toMatchObject({ ref: 'drain', attributes: { Arn: 'arn:aws:iam::111122223333:role/team/drain' } });
    expect(iam.findRole('arn:aws:iam::111122223333:role/team/drain')?.trustedServices).toEqual([
      'lambda.amazonaws.com',
    ]);
  });

  it('allows what its inline policies, its managed policy and added policies allow', () => {
    const { iam, create } = iamWithRole({
      Policies: [{ PolicyName: 'ecs', PolicyDocument: statement('ecs:ListTasks') }],
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    });
    create('AWS::IAM::Policy', { PolicyName: 'more', PolicyDocument: statement('sns:Publish'), Roles: ['drain'] });

    const allows = (action: string) => iam.allows(ARN, { action, resource: '*', context: {} });
    expect(['ecs:ListTasks', 'logs:PutLogEvents', 'sns:Publish', 'ecs:RunTask'].map(allows)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    [{ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }, 'AdministratorAccess'],
    [{ PermissionsBoundary: 'arn' }, 'unsupported properties PermissionsBoundary'],
    [{ Policies: [{ PolicyName: 'bad', PolicyDocument: { Version: '2012-10-17' } }] }, 'Policy bad: '],
  ])('is refused with %j', (properties, message) => {
    expect(() => iamWithRole(properties)).toThrow(message);
  });
});

describe('authorisation', () => {
  it('asks for every resource', () => {
    const { iam } = iamWithRole({
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: { Effect: 'Allow', Action: 'ecs:DescribeTasks', Resource: 'task/a*' },
          },
        },
      ],
    });
    const authorize = (...resources: string[]) => iam.authorize(ECS, 'DescribeTasks', CALL, { resources });

    expect(() => authorize('task/a1', 'task/a2')).not.toThrow();
    expect(() => authorize('task/a1', 'task/b')).toThrow('on resource: task/b because');
  });

  it('lets operators and AWS itself do everything', () => {
    const { iam } = iamWithRole();

    for (const kind of ['operator', 'service'] as const) {
      const call: Call = { caller: { kind, name: 'x' }, requestId: 'q' };
      expect(() => iam.authorize(ECS, 'RunTask', call, { resources: ['*'] })).not.toThrow();
    }
  });

  const user = 'User: arn:aws:sts::111122223333:assumed-role/drain/ebbtide-drain is not authorized to perform:';
  it.each([
    [
      ECS,
      'ListTasks',
      '*',
      'AccessDeniedException',
      400,
      `${user} ecs:ListTasks on resource: * because no identity-based policy allows the ecs:ListTasks action`,
    ],
    [
      service('autoscaling', 'awsQuery'),
      'DescribeTags',
      '*',
      'AccessDenied',
      403,
      `${user} autoscaling:DescribeTags because no identity-based policy allows the autoscaling:DescribeTags action`,
    ],
    [
      service('sns', 'awsQuery'),
      'Publish',
      'arn:t',
      'AuthorizationError',
      403,
      `${user} sns:Publish on resource: arn:t because no identity-based policy allows the sns:Publish action`,
    ],
    [
      service('ec2', 'ec2Query'),
      'TerminateInstances',
      'arn:i',
      'UnauthorizedOperation',
      403,
      `You are not authorized to perform this operation. ${user} ec2:TerminateInstances on resource: arn:i because no identity-based policy allows the ec2:TerminateInstances action`,
    ],
  ])('is refused in the words of $name', (asked, operation, resource, code, status, message) => {
    const { iam } = iamWithRole();

    expect(() => iam.authorize(asked, operation, CALL, { resources: [resource] })).toThrow(
      expect.objectContaining({ code, status, message }),
    );
  });

  it('says when a deny was explicit', () => {
    const { iam } = iamWithRole({ Policies: [{ PolicyName: 'p', PolicyDocument: statement('*', 'Deny') }] });

    expect(() => iam.authorize(ECS, 'ListTasks', CALL, { resources: ['*'] })).toThrow(
      'with an explicit deny in an identity-based policy',
    );
  });
});
