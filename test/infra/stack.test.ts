import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeAlarms } from '../../infra/alarms.ts';
import { capitalize } from '../../infra/resources.ts';
import { type Packaged, packageOnce, type TemplateResource } from '../packaged.ts';
import { property, referenced, resourcesOf, type Statement } from './template.ts';

let packaged: Packaged;
let functions: [name: string, resource: TemplateResource | undefined][];
let alarms: [string, TemplateResource][];
beforeAll(async () => {
  packaged = await packageOnce();
  functions = Object.keys(packaged.metafiles).map((name) => [
    name,
    packaged.template.Resources[`${capitalize(name)}LambdaFunction`],
  ]);
  alarms = resourcesOf(packaged.template, 'AWS::CloudWatch::Alarm');
});

function metricsOf(dimension: 'QueueName' | 'FunctionName', logicalId: string): string[] {
  return alarms
    .map(([, alarm]) => alarm)
    .filter((alarm) => property(alarm, 'Dimensions', 0, 'Name') === dimension)
    .filter((alarm) => referenced(property(alarm, 'Dimensions', 0, 'Value')) === logicalId)
    .map((alarm) => String(property(alarm, 'MetricName')))
    .sort();
}

describe('a function', () => {
  it('runs on arm64 and Node.js 24, and ends before its schedule or its hook’s shortest heartbeat comes round', () => {
    for (const [name, resource] of functions) {
      expect(resource?.Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
      expect(property(resource, 'Timeout')).toBeLessThanOrEqual(name === 'sweep' ? 50 : 30);
      expect(resource?.Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('has a log group of its own, which forgets', () => {
    for (const [name, resource] of functions) {
      expect(packaged.template.Resources[`${capitalize(name)}LogGroup`]).toEqual({
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: `/aws/lambda/${property(resource, 'FunctionName')}`, RetentionInDays: 30 },
      });
    }
  });

  it('has no secrets in its environment: settings, places and names only', () => {
    for (const [, resource] of functions) {
      for (const name of Object.keys(property(resource, 'Environment', 'Variables') as object)) {
        expect(name).toMatch(/^(EBBTIDE_|POWERTOOLS_)/);
        expect(name).not.toMatch(/SECRET|TOKEN|PASSWORD|CREDENTIAL|API_?KEY/);
      }
    }
  });

  it('does not try a late sweep again: the next one sees the same', () => {
    const [[, config] = []] = resourcesOf(packaged.template, 'AWS::Lambda::EventInvokeConfig');
    expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });
});

describe('the alarms', () => {
  it('watch the age of every source queue, and anything at all in the others', () => {
    for (const [id, queue] of resourcesOf(packaged.template, 'AWS::SQS::Queue')) {
      const isSource = queue.Properties.RedrivePolicy !== undefined;
      expect([id, metricsOf('QueueName', id)]).toEqual([
        id,
        [isSource ? 'ApproximateAgeOfOldestMessage' : 'ApproximateNumberOfMessagesVisible'],
      ]);
    }
  });

  it('watch the errors and throttles of every function, whether the sweep runs at all, and whether a stream is read in time', () => {
    for (const [name] of functions) {
      const special: Readonly<Record<string, string>> = { sweep: 'Invocations', incidentChange: 'IteratorAge' };
      const expected = ['Errors', 'Throttles', special[name] ?? []].flat().sort();
      expect([name, metricsOf('FunctionName', `${capitalize(name)}LambdaFunction`)]).toEqual([name, expected]);
    }
  });

  it('ring when the sweep says nothing, and stop ringing when anything else says nothing', () => {
    for (const [id, alarm] of alarms) {
      const isSweep = id === 'SweepMissingAlarm';
      expect([id, property(alarm, 'TreatMissingData')]).toEqual([id, isSweep ? 'missing' : 'notBreaching']);
      expect(alarm.Properties.InsufficientDataActions).toEqual(isSweep ? [{ Ref: 'AlertTopic' }] : undefined);
    }
  });

  it('tell the topic when they begin, and what to do', () => {
    for (const [, alarm] of alarms) {
      expect(property(alarm, 'AlarmActions')).toEqual([{ Ref: 'AlertTopic' }]);
      expect(alarm.Properties.OKActions).toBeUndefined();
      // CloudWatch API reference, PutMetricAlarm: at most 1024 characters.
      expect(String(property(alarm, 'AlarmDescription')).length).toBeLessThanOrEqual(1_024);
      expect(property(alarm, 'AlarmDescription')).toMatch(/\b(Look|Read|Check|See)\b/);
    }
  });

  it('have names that the topic lets in, each once', () => {
    const [[, policy] = []] = resourcesOf(packaged.template, 'AWS::SNS::TopicPolicy');
    const statement = (property(policy, 'PolicyDocument', 'Statement') as Statement[])[0];
    expect(statement?.Condition?.ArnLike?.['aws:SourceArn']).toEqual({
      'Fn::Sub': `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:\${AWS::StackName}-*`,
    });
    const names = alarms.map(([, alarm]) => (property(alarm, 'AlarmName') as { 'Fn::Sub': string })['Fn::Sub']);
    for (const name of names) expect(name).toMatch(/^\$\{AWS::StackName\}-[a-z-]+$/);
    expect(new Set(names).size).toBe(names.length);
  });

  it('come with every function and queue that is added', () => {
    const added = makeAlarms({
      functionNames: ['a', 'bC'],
      streamReaders: ['bC'],
      sourceQueues: ['DQueue'],
      failureQueues: [],
    });
    expect(Object.keys(added)).toEqual([
      'DQueueLateAlarm',
      'BCLateAlarm',
      'AErrorsAlarm',
      'AThrottlesAlarm',
      'BCErrorsAlarm',
      'BCThrottlesAlarm',
      'SweepMissingAlarm',
    ]);
  });
});

describe('the topic', () => {
  it('is encrypted by a key that rotates and that alarms of this account, and no other service, may use', () => {
    const topic = packaged.template.Resources.AlertTopic;
    const key = packaged.template.Resources[referenced(property(topic, 'KmsMasterKeyId'))];
    expect(property(key, 'EnableKeyRotation')).toBe(true);
    const services = (property(key, 'KeyPolicy', 'Statement') as Statement[]).filter((each) =>
      Object.hasOwn(each.Principal as object, 'Service'),
    );
    expect(services).toEqual([
      expect.objectContaining({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
  });
});

describe('the table', () => {
  it('can be read by id and by what is open, forgets by itself, and is hard to lose', () => {
    const table = packaged.template.Resources.IncidentTable;
    expect(table?.DeletionPolicy).toBe('Retain');
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'open', KeyType: 'HASH' },
            { AttributeName: 'id', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('the dashboard', () => {
  it('shows every alarm, and refers to nothing that the stack does not have', () => {
    const [[, dashboard] = []] = resourcesOf(packaged.template, 'AWS::CloudWatch::Dashboard');
    const body = (property(dashboard, 'DashboardBody') as { 'Fn::Sub': string })['Fn::Sub'];
    const references = [...body.matchAll(/\$\{(\w+)(?:\.\w+)?\}/g)].map((match) => match[1] ?? '');
    expect(references).toEqual(expect.arrayContaining(alarms.map(([id]) => id)));
    for (const id of references) expect(packaged.template.Resources).toHaveProperty(id);
    expect(() => JSON.parse(body)).not.toThrow();
  });
});

describe('the template', () => {
  it('passes CloudFormation’s own checks', () => {
    const engine = new RegoEngine();
    try {
      const { diagnostics } = engine.validateStandard(new TemplateFile(packaged.templateFile), {
        severityLevel: 'WARN',
        // osls names the role in DependsOn although it refers to it as well: superfluous, and harmless.
        exclude: { ids: ['W3005'] },
      });
      expect(diagnostics.map((each) => `${each.severity} ${each.ruleId} ${each.message}`)).toEqual([]);
    } finally {
      engine.free();
    }
  });
});
