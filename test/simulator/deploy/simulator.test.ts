import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from '../../../simulator/simulator.ts';

const SOURCE = `
  import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
  const ecs = new ECSClient({});
  export const handler = async () => (await ecs.send(new ListClustersCommand({}))).clusterArns;
`;

const MINUTE_MS = 60_000;
let archive = new Uint8Array();

beforeAll(async () => {
  const result = await build({
    stdin: { contents: SOURCE, resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    write: false,
  });
  archive = zipSync({ 'functions/sweep.js': result.outputFiles[0]?.contents ?? new Uint8Array() });
});

/** A scheduled function whose role may do `action`; `permission` lets EventBridge invoke it. */
function templateOf({ action = 'ecs:ListClusters', permission = true, trusted = 'lambda.amazonaws.com' }) {
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: trusted } };
  const statement = { Effect: 'Allow', Action: action, Resource: '*' };
  return {
    Resources: {
      Sweep: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'sweep',
          Code: { S3Bucket: 'bucket', S3Key: 'serverless/ebbtide/prod/1-now/sweep.zip' },
          Handler: 'functions/sweep.handler',
          Runtime: 'nodejs24.x',
          Role: { 'Fn::GetAtt': ['SweepRole', 'Arn'] },
        },
      },
      SweepRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
          Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: [statement] } }],
        },
      },
      Schedule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          Targets: [{ Id: 'sweep', Arn: { 'Fn::GetAtt': ['Sweep', 'Arn'] } }],
        },
      },
      ...(permission && {
        Permission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            FunctionName: { Ref: 'Sweep' },
            Action: 'lambda:InvokeFunction',
            Principal: 'events.amazonaws.com',
            SourceArn: { 'Fn::GetAtt': ['Schedule', 'Arn'] },
          },
        },
      }),
    },
  };
}

function createWorld(template: Parameters<typeof templateOf>[0] = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'artifacts-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const templatePath = join(directory, 'template.json');
  writeFileSync(templatePath, JSON.stringify(templateOf(template)));
  writeFileSync(join(directory, 'sweep.zip'), archive);
  const simulator = createSimulator({ seed: 3 });
  const deploy = () => simulator.deploy({ templatePath, artifactsDirectory: directory });
  const phases = () =>
    simulator.kernel.trace.entries.filter(({ kind }) => kind === 'invocation').map(({ phase }) => phase);
  return { simulator, deploy, phases };
}

describe('a deployed stack', () => {
  it('runs its functions on their schedule, under their role, against the simulated fleet', async () => {
    const { simulator, deploy, phases } = createWorld();
    deploy();
    simulator.fleet.world.createCluster({ name: 'prod' });

    await simulator.runFor(2.5 * MINUTE_MS);

    expect(phases()).toEqual(['start', 'end', 'start', 'end']);
    expect(simulator.kernel.trace.entries.filter(({ kind }) => kind === 'call')).toMatchObject(
      Array(2).fill({
        service: 'ecs',
        operation: 'ListClusters',
        caller: { kind: 'function', functionName: 'sweep' },
        output: { clusterArns: ['arn:aws:ecs:eu-central-1:111122223333:cluster/prod'] },
      }),
    );
  });

  it('fails where a permission is missing from the role', async () => {
    const { simulator, deploy } = createWorld({ action: 'ecs:ListTasks' });
    deploy();

    await simulator.runFor(1.5 * MINUTE_MS);

    const failures = simulator.kernel.trace.entries.filter(({ phase }) => phase === 'error');
    expect(failures).toMatchObject([
      {
        errorType: 'AccessDeniedException',
        errorMessage: expect.stringContaining('is not authorized to perform: ecs:ListClusters on resource: *'),
      },
    ]);
  });

  it('is not invoked by a rule that has no permission to', async () => {
    const { simulator, deploy, phases } = createWorld({ permission: false });
    deploy();

    await simulator.runFor(5 * MINUTE_MS);

    expect(phases()).toEqual([]);
  });

  it('is refused when Lambda cannot assume the role', () => {
    const { deploy } = createWorld({ trusted: 'ecs.amazonaws.com' });

    expect(deploy).toThrow(
      'Sweep (AWS::Lambda::Function): The role defined for the function cannot be assumed by Lambda.',
    );
  });
});

describe('an operator', () => {
  it('calls services over the wire, in virtual time', async () => {
    const { simulator } = createWorld();
    simulator.fleet.world.createCluster({ name: 'prod' });
    const startMs = simulator.kernel.clock.now();

    const output = await simulator.call('ecs', 'DescribeClusters', { clusters: ['prod', 'test'] });

    expect(output).toMatchObject({
      clusters: [{ clusterName: 'prod' }],
      failures: [{ reason: 'MISSING' }],
    });
    expect(simulator.kernel.clock.now()).toBeGreaterThan(startMs);
  });

  it('gets the errors of AWS', async () => {
    const { simulator } = createWorld();

    await expect(simulator.call('ecs', 'ListTasks', { cluster: 'nope' })).rejects.toMatchObject({
      name: 'ClusterNotFoundException',
    });
  });

  it('may call from within the running world', async () => {
    const { simulator } = createWorld();
    simulator.fleet.world.createCluster({ name: 'prod' });
    let output: unknown;
    simulator.kernel.clock.after(MINUTE_MS, async () => {
      output = await simulator.call('ecs', 'ListClusters');
    });

    await simulator.runFor(2 * MINUTE_MS);

    expect(output).toEqual({ clusterArns: ['arn:aws:ecs:eu-central-1:111122223333:cluster/prod'] });
  });
});
