import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
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
import { type Bundle, loadBundle } from './bundle.ts';
import { functionArn, type LambdaFunction } from './function.ts';
import type { Lambda } from './lambda.ts';
import type { Permissions } from './permissions.ts';

const FUNCTION_NAME_LENGTH_MAX = 64;
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

const FUNCTION_PROPERTIES = [
  'FunctionName',
  'Description',
  'Code',
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
];

interface Deployment {
  readonly kernel: Kernel;
  readonly lambda: Lambda;
  readonly iam: Iam;
  readonly permissions: Permissions;
  /** Where the packaged code lies: the archives by the file name of their S3 key. */
  readonly artifactsDirectory: string;
}

export function lambdaProviders(deployment: Deployment): Record<string, ResourceProvider> {
  return {
    'AWS::Lambda::Function': functionProvider(deployment),
    'AWS::Lambda::Version': versionProvider(deployment),
    'AWS::Lambda::Permission': deployment.permissions.provider(),
  };
}

function functionProvider({ kernel, lambda, iam, artifactsDirectory }: Deployment): ResourceProvider {
  return {
    create(properties, resource) {
      refuseUnknown('AWS::Lambda::Function', properties, FUNCTION_PROPERTIES);
      const name = textOf(properties, 'FunctionName') ?? generatedName(kernel, resource, FUNCTION_NAME_LENGTH_MAX);
      const arn = functionArn(kernel.place, name);
      lambda.deploy({
        name,
        arn,
        roleArn: assumableRole(iam, requiredTextOf(properties, 'Role')),
        bundle: bundleOf(objectOf(properties, 'Code') ?? {}, artifactsDirectory),
        handler: requiredTextOf(properties, 'Handler'),
        runtime: runtimeOf(properties),
        timeoutMs: (numberOf(properties, 'Timeout', { min: 1, max: 900 }) ?? 3) * 1000,
        memoryMb: numberOf(properties, 'MemorySize', { min: 128, max: 10_240 }) ?? 128,
        environment: variablesOf(properties),
        reservedConcurrency: numberOf(properties, 'ReservedConcurrentExecutions', { min: 0, max: 1_000 }),
        ...loggingOf(properties, name),
      });
      return { ref: name, attributes: { Arn: arn } };
    },
  };
}

/** Versions are numbered, and run the code of the one deployment that a simulated stack sees. */
function versionProvider({ kernel, lambda }: Deployment): ResourceProvider {
  const counts = new Map<string, number>();
  return {
    create(properties) {
      refuseUnknown('AWS::Lambda::Version', properties, ['FunctionName', 'CodeSha256', 'Description']);
      const arn = functionArn(kernel.place, requiredTextOf(properties, 'FunctionName'));
      if (lambda.findFunction(arn) === undefined) throw invalidProperties(`Function not found: ${arn}`);
      const version = (counts.get(arn) ?? 0) + 1;
      counts.set(arn, version);
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

/** The package step leaves the archive beside the template, under the last part of the key it will have in S3. */
function bundleOf(code: TemplateProperties, artifactsDirectory: string): Bundle {
  refuseUnknown('Code', code, ['S3Bucket', 'S3Key', 'S3ObjectVersion']);
  const fileName = basename(requiredTextOf(code, 'S3Key'));
  const candidates = [fileName, fileName.replace(/\.zip$/, '')].map((name) => join(artifactsDirectory, name));
  const location = candidates.find((path) => existsSync(path));
  if (location === undefined) throw invalidProperties(`There is no artifact ${fileName} in ${artifactsDirectory}`);
  return loadBundle(location);
}

function runtimeOf(properties: TemplateProperties): string {
  const runtime = requiredTextOf(properties, 'Runtime');
  if (!RUNTIMES.includes(runtime))
    throw invalidProperties(`The simulator runs ${RUNTIMES.join(' and ')}, not ${runtime}`);
  return runtime;
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
