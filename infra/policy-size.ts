import type { Resources } from './resources.ts';

/** IAM and AWS STS quotas: the inline policies of a role together, white space not counted. */
const POLICIES_CHARACTERS_MAX = 10_240;

/** As long as what CloudFormation puts in: the longest region there is, and in place of other references the ARN of a resource. */
const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  '${AWS::Partition}': 'aws',
  '${AWS::Region}': 'ap-southeast-1',
  '${AWS::AccountId}': '111122223333',
};
const ARN = 'x'.repeat(100);

/** The roles whose inline policies would be larger than IAM takes, by their logical ids. */
export function findRolesTooLarge(resources: Resources): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::IAM::Role' && sizeOf(Properties.Policies) > POLICIES_CHARACTERS_MAX ? [id] : [],
  );
}

function sizeOf(policies: unknown): number {
  return JSON.stringify(policies, (_key, value) => asDeployed(value)).length;
}

function asDeployed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name = '', argument] = [], ...others] = Object.entries(value);
  if (others.length > 0) return value;
  if (name === 'Fn::Sub')
    return String(argument).replace(/\$\{[^}]*\}/g, (reference) => PSEUDO_PARAMETERS[reference] ?? ARN);
  return name === 'Ref' || name.startsWith('Fn::') ? ARN : value;
}
