import { isObject, type TemplateProperties } from '../../services/template-properties.ts';
import { expandEvent } from './events.ts';
import { EXECUTION_ROLE, policiesOf } from './policies.ts';

export type Resources = Record<string, Record<string, unknown>>;

/** Properties that the function itself has under the same name. */
const SAME = [
  'Architectures',
  'Description',
  'EphemeralStorage',
  'FileSystemConfigs',
  'FunctionName',
  'Handler',
  'ImageConfig',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'RecursiveLoop',
  'ReservedConcurrentExecutions',
  'Runtime',
  'Timeout',
  'VpcConfig',
  'Environment',
];
/** What says how a new version takes over, or is watched: here there is one version, and its invocations are the trace. */
const WITHOUT_EFFECT = [
  'AutoPublishAlias',
  'AutoPublishCodeSha256',
  'DeploymentPreference',
  'Tracing',
  'VersionDescription',
];
const EXPANDED = [
  'CodeUri',
  'InlineCode',
  'ImageUri',
  'Role',
  'Policies',
  'AssumeRolePolicyDocument',
  'Events',
  'Tags',
  'EventInvokeConfig',
  'DeadLetterQueue',
];

/** One `AWS::Serverless::Function` as the resources that SAM makes of it. */
export function expandFunction(logicalId: string, resource: TemplateProperties): Resources {
  const properties = resource.Properties as TemplateProperties;
  const known = [...SAME, ...WITHOUT_EFFECT, ...EXPANDED];
  const unknown = Object.keys(properties).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`${logicalId} (AWS::Serverless::Function): unsupported properties ${unknown.join(', ')}`);
  }
  const { Condition, DependsOn } = resource;
  const common = { ...(Condition === undefined ? {} : { Condition }) };
  const events = Object.entries(isObject(properties.Events) ? properties.Events : {}).map(([name, event]) =>
    expandEvent(logicalId, name, event),
  );
  const role = properties.Role ?? { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] };
  const policies = events.flatMap(({ managedPolicies }) => managedPolicies);
  const made: Resources = {
    ...(properties.Role === undefined && { [`${logicalId}Role`]: roleOf(logicalId, properties, policies) }),
    [logicalId]: {
      Type: 'AWS::Lambda::Function',
      ...(DependsOn === undefined ? {} : { DependsOn }),
      Properties: { ...functionProperties(properties), Role: role },
    },
    ...invokeConfigOf(logicalId, properties.EventInvokeConfig),
    ...Object.assign({}, ...events.map(({ resources }) => resources)),
  };
  return Object.fromEntries(Object.entries(made).map(([id, one]) => [id, { ...common, ...one }]));
}

function functionProperties(properties: TemplateProperties): Record<string, unknown> {
  const same = SAME.filter((name) => name in properties).map((name) => [name, properties[name]]);
  const tags = isObject(properties.Tags) ? Object.entries(properties.Tags) : [];
  return {
    ...Object.fromEntries(same),
    ...(tags.length > 0 && { Tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
    Code: codeOf(properties),
    ...deadLetterConfigOf(properties),
  };
}

/** A directory or an archive of the machine stays as it is written: whoever loads the code looks for it. */
function codeOf({ CodeUri, InlineCode, ImageUri }: TemplateProperties): Record<string, unknown> {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  if (!isObject(CodeUri)) return { CodeUri: CodeUri ?? '.' };
  const { Bucket, Key, Version } = CodeUri;
  return { S3Bucket: Bucket, S3Key: Key, ...(Version === undefined ? {} : { S3ObjectVersion: Version }) };
}

/** SAM names the kind of the target, for the permission that it adds to the role. */
function deadLetterConfigOf({ DeadLetterQueue: given }: TemplateProperties): Record<string, unknown> {
  return isObject(given) ? { DeadLetterConfig: { TargetArn: given.TargetArn } } : {};
}

function deadLetterPolicy({ DeadLetterQueue: given }: TemplateProperties): object[] {
  if (!isObject(given)) return [];
  const Action = given.Type === 'SNS' ? 'sns:Publish' : 'sqs:SendMessage';
  const Statement = [{ Effect: 'Allow', Action, Resource: given.TargetArn }];
  return [{ PolicyName: 'DeadLetterQueuePolicy', PolicyDocument: { Version: '2012-10-17', Statement } }];
}

function roleOf(logicalId: string, properties: TemplateProperties, eventPolicies: readonly string[]) {
  const { managed, inline: own } = policiesOf(logicalId, properties.Policies);
  const inline = [...own, ...deadLetterPolicy(properties)];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: properties.AssumeRolePolicyDocument ?? EXECUTION_ROLE.trust,
      ManagedPolicyArns: [...new Set([EXECUTION_ROLE.managedPolicy, ...eventPolicies, ...managed])],
      ...(inline.length > 0 && { Policies: inline }),
    },
  };
}

function invokeConfigOf(logicalId: string, config: unknown): Resources {
  if (!isObject(config)) return {};
  const Properties = { FunctionName: { Ref: logicalId }, Qualifier: '$LATEST', ...config };
  return { [`${logicalId}EventInvokeConfig`]: { Type: 'AWS::Lambda::EventInvokeConfig', Properties } };
}
