import { entryOf } from '../kernel/entry-of.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  generatedName,
  invalidProperties,
  objectListOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textListOf,
  textOf,
} from '../services/template-properties.ts';
import type { ResourceProvider } from '../wire/service.ts';
import type { Role } from './iam.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import { type Policy, parsePolicy } from './policy.ts';

const ROLE_NAME_LENGTH_MAX = 64;

const ROLE_PROPERTIES = [
  'RoleName',
  'Path',
  'Description',
  'Tags',
  'MaxSessionDuration',
  'AssumeRolePolicyDocument',
  'ManagedPolicyArns',
  'Policies',
];

export function roleProvider(kernel: Kernel, rolesByArn: Map<string, Role>): ResourceProvider {
  return {
    create(properties, resource) {
      refuseUnknown('AWS::IAM::Role', properties, ROLE_PROPERTIES);
      const name = textOf(properties, 'RoleName') ?? generatedName(kernel, resource, ROLE_NAME_LENGTH_MAX);
      const arn = `arn:aws:iam::${kernel.place.accountId}:role${textOf(properties, 'Path') ?? '/'}${name}`;
      if (rolesByArn.has(arn)) throw invalidProperties(`Role with name ${name} already exists.`);
      rolesByArn.set(arn, {
        name,
        arn,
        trustedServices: trustedServices(objectOf(properties, 'AssumeRolePolicyDocument')),
        policies: [
          ...textListOf(properties, 'ManagedPolicyArns').map(managedPolicy),
          ...objectListOf(properties, 'Policies').map(inlinePolicy),
        ],
      });
      const roleId = `AROA${kernel.random.fork(`role-id/${arn}`).hex(17).toUpperCase()}`;
      return { ref: name, attributes: { Arn: arn, RoleId: roleId } };
    },
  };
}

/** `AWS::IAM::Policy`: an inline policy that is added to roles from outside. */
export function policyProvider(rolesByArn: ReadonlyMap<string, Role>): ResourceProvider {
  return {
    create(properties, { stackName, logicalId }) {
      refuseUnknown('AWS::IAM::Policy', properties, ['PolicyName', 'PolicyDocument', 'Roles']);
      const policy = inlinePolicy(properties);
      for (const roleName of textListOf(properties, 'Roles')) {
        const role = [...rolesByArn.values()].find(({ name }) => name === roleName);
        if (role === undefined) throw invalidProperties(`The role with name ${roleName} cannot be found.`);
        role.policies.push(policy);
      }
      return { ref: `${stackName}-${logicalId}`, attributes: {} };
    },
  };
}

function inlinePolicy(properties: TemplateProperties): Policy {
  const name = requiredTextOf(properties, 'PolicyName');
  try {
    return parsePolicy(objectOf(properties, 'PolicyDocument'));
  } catch (cause) {
    throw new Error(`Policy ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function managedPolicy(arn: string): Policy {
  const document = entryOf(MANAGED_POLICIES, arn);
  if (document === undefined) {
    throw invalidProperties(`The simulator does not know the managed policy ${arn}: write the permissions out inline`);
  }
  return parsePolicy(document);
}

function trustedServices(trust: TemplateProperties | undefined): string[] {
  if (trust === undefined) throw invalidProperties('AssumeRolePolicyDocument is required');
  return objectListOf({ Statement: many(trust.Statement) }, 'Statement').flatMap((statement) => {
    const allowsAssuming = many(statement.Action).includes('sts:AssumeRole') && statement.Effect === 'Allow';
    return allowsAssuming ? many(objectOf(statement, 'Principal')?.Service).map(String) : [];
  });
}

function many(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
