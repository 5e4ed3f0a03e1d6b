import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { bundleFunction } from '../../infra/bundle.ts';
import { capitalize } from '../../infra/resources.ts';
import { type Packaged, packageOnce } from '../packaged.ts';
import { listBundledCalls } from './bundled-calls.ts';
import { list, property, referenced, resourcesOf, type Statement, statementsOf } from './template.ts';

/** What a role needs beside what its code calls, by whom. */
const logging = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const polling = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
/** Of a function that reads a stream; what Lambda gives up it sends by the function's role. */
const reading = [
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:DescribeStream',
  'dynamodb:ListStreams',
  'sqs:SendMessage',
];
const encrypting = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Actions without resource types in the Service Authorization Reference. */
const withoutResources = new Set([
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeAutoScalingInstances',
  'autoscaling:DescribeLifecycleHooks',
  'autoscaling:DescribeWarmPool',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstances',
  'ecs:DescribeTaskDefinition',
  'ecs:ListClusters',
  'ssm:GetCommandInvocation',
]);

/** Actions that the Service Authorization Reference lets be limited to clusters by a condition only. */
const conditionedByCluster = [
  'ecs:DescribeContainerInstances',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:GetTaskProtection',
  'ecs:ListTasks',
  'ecs:StopTask',
  'ecs:UpdateContainerInstancesState',
];

let packaged: Packaged;
let functionNames: string[];
beforeAll(async () => {
  packaged = await packageOnce();
  functionNames = Object.keys(packaged.metafiles);
});

function roleOf(functionName: string) {
  return packaged.template.Resources[`${capitalize(functionName)}Role`];
}

function grantsOf(functionName: string): Set<string> {
  return new Set(statementsOf(roleOf(functionName)).flatMap((statement) => list(statement.Action)));
}

/** What the event source mappings read for the function. */
function sourcesOf(functionName: string): unknown[] {
  const mappings = resourcesOf(packaged.template, 'AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping);
  const own = mappings.filter(
    (mapping) => referenced(property(mapping, 'FunctionName')) === `${capitalize(functionName)}LambdaFunction`,
  );
  return own.map(({ Properties }) => Properties.EventSourceArn);
}

function isStream(source: unknown): boolean {
  return packaged.template.Resources[referenced(source)]?.Type === 'AWS::DynamoDB::Table';
}

describe('a role', () => {
  it('grants exactly what the code of its function can call', () => {
    const grants = functionNames.map((name) => [name, [...grantsOf(name)].sort()]);

    const needs = functionNames.map((name) => {
      const metafile = packaged.metafiles[name];
      const calls = listBundledCalls(metafile ?? { inputs: {}, outputs: {} });
      const sources = sourcesOf(name);
      const fetching = new Set(sources.flatMap((source) => (isStream(source) ? reading : polling)));
      const beside = [...logging, ...fetching, ...(calls.has('sns:Publish') ? encrypting : [])];
      return [name, [...new Set([...calls, ...beside])].sort()];
    });
    expect(Object.fromEntries(grants)).toEqual(Object.fromEntries(needs));
  });

  it('is of one function only, and Lambda alone may take it on', () => {
    const roles = functionNames.map((name) =>
      referenced(property(packaged.template.Resources[`${capitalize(name)}LambdaFunction`], 'Role')),
    );

    expect(new Set(roles).size).toBe(functionNames.length);
    expect(resourcesOf(packaged.template, 'AWS::IAM::Role').map(([id]) => id)).toEqual(expect.arrayContaining(roles));
    for (const [, role] of resourcesOf(packaged.template, 'AWS::IAM::Role')) {
      expect(property(role, 'AssumeRolePolicyDocument', 'Statement')).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('names actions without wildcards, and resources wherever the action has some', () => {
    for (const statement of functionNames.flatMap((name) => statementsOf(roleOf(name)))) {
      expect(statement.Effect).toBe('Allow');
      for (const action of list(statement.Action)) {
        expect(action).not.toContain('*');
        expect([action, list(statement.Resource).includes('*')]).toEqual([action, withoutResources.has(action)]);
      }
    }
  });

  it('reaches only the log group and the queue or stream of its own function', () => {
    for (const name of functionNames) {
      const resourceOf = (action: string): Statement['Resource'] | undefined =>
        statementsOf(roleOf(name)).find((statement) => list(statement.Action).includes(action))?.Resource;
      expect(resourceOf('logs:PutLogEvents')).toEqual({ 'Fn::GetAtt': [`${capitalize(name)}LogGroup`, 'Arn'] });
      const sources = sourcesOf(name);
      for (const [action, arns] of [
        ['sqs:ReceiveMessage', sources.filter((source) => !isStream(source))],
        ['dynamodb:GetRecords', sources.filter(isStream)],
      ] as const) {
        expect([name, action, [resourceOf(action) ?? []].flat()]).toEqual([name, action, arns]);
      }
    }
  });

  it('puts events on the bus in Ebbtide’s own name only', () => {
    const puts = functionNames
      .flatMap((name) => statementsOf(roleOf(name)))
      .filter((statement) => list(statement.Action).includes('events:PutEvents'));
    expect(puts).toHaveLength(1);
    expect(puts[0]?.Condition).toEqual({ StringEquals: { 'events:source': 'ebbtide' } });
  });

  it('reaches only the chosen clusters, but for looking where an instance is registered', () => {
    const lookingEverywhere = ['ecs:ListContainerInstances', 'ecs:DescribeContainerInstances'];
    const everyCluster = [{ 'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/*` }];
    for (const statement of functionNames.flatMap((name) => statementsOf(roleOf(name)))) {
      for (const action of list(statement.Action).filter((name) => name.startsWith('ecs:'))) {
        if (withoutResources.has(action) || lookingEverywhere.includes(action)) continue;
        const limits = conditionedByCluster.includes(action)
          ? statement.Condition?.ArnLike?.['ecs:cluster']
          : statement.Resource;
        expect([action, limits]).toEqual([action, everyCluster]);
      }
    }
  });
});

describe('the calls of a bundle', () => {
  it('are those that its function reaches, not those that its modules contain', async () => {
    const root = plant({
      'entry.ts': `import { list } from './gateway.ts'; export const handler = () => list();`,
      'gateway.ts': `
        import { DeleteClusterCommand, ECSClient, paginateListServices } from '@aws-sdk/client-ecs';
        const ecs = new ECSClient({});
        export const list = () => paginateListServices({ client: ecs }, {}).next();
        export const destroy = () => ecs.send(new DeleteClusterCommand({ cluster: 'c' }));`,
    });

    const { metafile } = await bundleFunction(root, 'entry');

    expect(listBundledCalls(metafile)).toEqual(new Set(['ecs:ListServices']));
  });

  it('are all of a service where a client with a method for each is used', async () => {
    const root = plant({
      'entry.ts': `import { SNS } from '@aws-sdk/client-sns'; export const handler = () => new SNS({}).listTopics({});`,
    });

    const { metafile } = await bundleFunction(root, 'entry');

    expect([...listBundledCalls(metafile)]).toEqual(expect.arrayContaining(['sns:ListTopics', 'sns:DeleteTopic']));
  });

  it('are refused where a service is not known', async () => {
    const root = plant({
      'entry.ts': `
        import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
        export const handler = () => new S3Client({}).send(new ListBucketsCommand({}));`,
    });

    const { metafile } = await bundleFunction(root, 'entry');

    expect(() => listBundledCalls(metafile)).toThrow('@aws-sdk/client-s3');
  });
});

/** Sources in a directory of their own, from which the project's dependencies can be imported. */
function plant(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(path.join(inject('runDirectory'), 'planted-'));
  symlinkSync(path.resolve(import.meta.dirname, '../../node_modules'), path.join(directory, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return directory;
}
