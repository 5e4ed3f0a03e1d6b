import type { Iam } from '../../iam/iam.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ResourceProvider } from '../../wire/service.ts';
import {
  generatedName,
  invalidProperties,
  numberOf,
  objectOf,
  refuseUnknown,
  requiredTextOf,
  type TemplateProperties,
  textOf,
} from '../template-properties.ts';
import { bundleOf, type FunctionSources, type Named, sourceOf } from './code.ts';
import { functionArn, type LambdaFunction } from './function.ts';
import type { Lambda } from './lambda.ts';
import type { Permissions } from './permissions.ts';
import type { Versions } from './versions.ts';

const FUNCTION_NAME_LENGTH_MAX = 64;
const RUNTIMES = ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'];

const FUNCTION_PROPERTIES = [
  'FunctionName',
  'Description',
  'Code',
  'DeadLetterConfig',
  'Handler',
  'Runtime',
  'Architectures',
  'Role',
  'Timeout',
  'MemorySize',
  'Environment',
  'LoggingConfig',
  'ReservedConcurrentExecutions',
  'Tags',
  'RecursiveLoop',
  'PackageType',
  // Without effect in a simulated account: nothing here depends on networks, tracing, disks or snapshots.
  'EphemeralStorage',
  'KmsKeyArn',
  'RuntimeManagementConfig',
  'SnapStart',
  'TracingConfig',
  'VpcConfig',
];
/** Parts of the code, which a program has in its own way. */
const PROGRAM_PROPERTIES = ['FileSystemConfigs', 'ImageConfig', 'Layers'];

interface Deployment {
  readonly kernel: Kernel;
  readonly lambda: Lambda;
  readonly iam: Iam;
  readonly permissions: Permissions;
  readonly versions: Versions;
  /** Where the packaged code lies: the archives by the file name of their S3 key. */
  readonly artifactsDirectory: string;
  readonly sources?: FunctionSources;
}

export function lambdaProviders(deployment: Deployment): Record<string, ResourceProvider> {
  return {
    'AWS::Lambda::Function': functionProvider(deployment),
    'AWS::Lambda::Version': versionProvider(deployment),
    'AWS::Lambda::Permission': deployment.permissions.provider(),
  };
}

function functionProvider({ kernel, lambda, iam, artifactsDirectory, sources = {} }: Deployment): ResourceProvider {
  return {
    create(properties, resource) {
      const name = textOf(properties, 'FunctionName') ?? generatedName(kernel, resource, FUNCTION_NAME_LENGTH_MAX);
      const named = { name, logicalId: resource.logicalId };
      const program = sourceOf(sources.programs, named);
      const known = program === undefined ? FUNCTION_PROPERTIES : [...FUNCTION_PROPERTIES, ...PROGRAM_PROPERTIES];
      refuseUnknown('AWS::Lambda::Function', properties, known);
      const arn = functionArn(kernel.place, name);
      const common = { name, arn, ...configurationOf(properties, iam), ...loggingOf(properties, name) };
      const [handler, runtime] = [textOf(properties, 'Handler'), textOf(properties, 'Runtime')];
      const code = objectOf(properties, 'Code') ?? {};
      if (program !== undefined) {
        lambda.deploy({ ...common, program, ...(handler && { handler }), ...(runtime && { runtime }) });
      } else {
        checkRuntime(properties, named);
        const bundle = bundleOf(code, artifactsDirectory, { sources, named });
        lambda.deploy({ ...common, bundle, handler: requiredTextOf(properties, 'Handler'), runtime: runtime ?? '' });
      }
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}

function configurationOf(properties: TemplateProperties, iam: Iam) {
  const description = textOf(properties, 'Description');
  const roleArn = assumableRole(iam, requiredTextOf(properties, 'Role'));
  return {
    roleArn,
    ...(description === undefined ? {} : { description }),
    timeoutMs: (numberOf(properties, 'Timeout', { min: 1, max: 900 }) ?? 3) * 1000,
    memoryMb: numberOf(properties, 'MemorySize', { min: 128, max: 10_240 }) ?? 128,
    environment: variablesOf(properties),
    deadLetterTargetArn: deadLetterTarget(properties, iam, roleArn),
    allowsRecursiveLoop: textOf(properties, 'RecursiveLoop') === 'Allow',
    reservedConcurrency: numberOf(properties, 'ReservedConcurrentExecutions', { min: 0, max: 1_000 }),
  };
}

function versionProvider({ kernel, lambda, versions }: Deployment): ResourceProvider {
  return {
    create(properties) {
      refuseUnknown('AWS::Lambda::Version', properties, ['FunctionName', 'CodeSha256', 'Description']);
      const arn = functionArn(kernel.place, requiredTextOf(properties, 'FunctionName'));
      if (lambda.findFunction(arn) === undefined) throw invalidProperties(`Function not found: ${arn}`);
      const version = versions.publish(arn);
      return { ref: `${arn}:${version}`, attributes: { Version: String(version), FunctionArn: `${arn}:${version}` } };
    },
  };
}

function assumableRole(iam: Iam, arn: string): string {
  const role = iam.findRole(arn);
  if (role === undefined) throw invalidProperties(`The role ${arn} does not exist`);
  if (!role.trustedServices.includes('lambda.amazonaws.com')) {
    throw invalidProperties('The role defined for the function cannot be assumed by Lambda.');
  }
  return arn;
}

/** A topic or a queue, which the function's role may send to: Lambda asks at once ("Adding a dead-letter queue"). */
function deadLetterTarget(properties: TemplateProperties, iam: Iam, roleArn: string): string | undefined {
  const config = objectOf(properties, 'DeadLetterConfig') ?? {};
  refuseUnknown('DeadLetterConfig', config, ['TargetArn']);
  const arn = textOf(config, 'TargetArn') || undefined;
  if (arn === undefined) return undefined;
  const isTopic = arn.startsWith('arn:aws:sns:');
  if (!isTopic && !arn.startsWith('arn:aws:sqs:')) {
    throw invalidProperties(`DeadLetterConfig: ${arn} is neither a queue nor a topic`);
  }
  const action = isTopic ? 'sns:Publish' : 'sqs:SendMessage';
  if (iam.allows(roleArn, { action, resource: arn, context: {} })) return arn;
  const call = isTopic ? 'Publish on SNS' : 'SendMessage on SQS';
  throw invalidProperties(`The provided execution role does not have permissions to call ${call}`);
}

/** Anything but Node.js is a program of somebody else's. */
function checkRuntime(properties: TemplateProperties, { logicalId }: Named): void {
  const isImage = textOf(properties, 'PackageType') === 'Image';
  const runtime = isImage ? 'a container image' : requiredTextOf(properties, 'Runtime');
  if (RUNTIMES.includes(runtime)) return;
  const way = `--function ${logicalId}=http://... or --function ${logicalId}=COMMAND says what runs instead`;
  throw invalidProperties(`The simulator runs ${RUNTIMES.join(', ')} itself, not ${runtime}: ${way}`);
}

function variablesOf(properties: TemplateProperties): Record<string, string> {
  const variables = objectOf(objectOf(properties, 'Environment') ?? {}, 'Variables') ?? {};
  return Object.fromEntries(Object.keys(variables).map((name) => [name, requiredTextOf(variables, name)]));
}

function loggingOf(properties: TemplateProperties, name: string): Pick<LambdaFunction, 'logFormat' | 'logGroupName'> {
  const logging = objectOf(properties, 'LoggingConfig') ?? {};
  refuseUnknown('LoggingConfig', logging, ['LogFormat', 'LogGroup', 'ApplicationLogLevel', 'SystemLogLevel']);
  return {
    logFormat: textOf(logging, 'LogFormat') === 'JSON' ? 'JSON' : 'Text',
    logGroupName: textOf(logging, 'LogGroup') ?? `/aws/lambda/${name}`,
  };
}
