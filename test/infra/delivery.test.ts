import { beforeAll, describe, expect, it } from 'vitest';
import { type Packaged, packageOnce, type TemplateResource } from '../packaged.ts';
import { list, property, referenced, resourcesOf, type Statement } from './template.ts';

const fourDays = 4 * 86_400;
const fourteenDays = 14 * 86_400;
const failureQueues = ['DeadLetterQueue', 'UndeliveredQueue'];

let packaged: Packaged;
let rules: [string, TemplateResource][];
let queues: [string, TemplateResource][];
let mappings: TemplateResource[];
let streamMappings: TemplateResource[];
beforeAll(async () => {
  packaged = await packageOnce();
  rules = resourcesOf(packaged.template, 'AWS::Events::Rule');
  queues = resourcesOf(packaged.template, 'AWS::SQS::Queue');
  const all = resourcesOf(packaged.template, 'AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping);
  streamMappings = all.filter((mapping) => Object.hasOwn(mapping.Properties, 'StartingPosition'));
  mappings = all.filter((mapping) => !streamMappings.includes(mapping));
});

/** What others may do with a queue. */
function statementsAbout(queue: string): Statement[] {
  const policies = resourcesOf(packaged.template, 'AWS::SQS::QueuePolicy').filter(([, policy]) =>
    (property(policy, 'Queues') as unknown[]).some((each) => referenced(each) === queue),
  );
  expect(policies).toHaveLength(1);
  const statements = property(policies[0]?.[1], 'PolicyDocument', 'Statement') as Statement[];
  for (const statement of statements) expect(referenced(statement.Resource)).toBe(queue);
  return statements;
}

function sendersTo(queue: string): string[] {
  const allowed = statementsAbout(queue).filter((statement) => statement.Effect === 'Allow');
  return allowed.flatMap((statement) => {
    expect(statement).toMatchObject({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' });
    return list(statement.Condition?.ArnEquals?.['aws:SourceArn']).map(referenced);
  });
}

function ruleTargets(rule: TemplateResource): Record<string, unknown>[] {
  return property(rule, 'Targets') as Record<string, unknown>[];
}

describe('a rule', () => {
  it('has one target, which lets it in and nobody else', () => {
    for (const [ruleId, rule] of rules) {
      const targets = ruleTargets(rule).map((target) => referenced(target.Arn));
      expect(targets).toHaveLength(1);
      const target = targets[0] ?? '';
      if (packaged.template.Resources[target]?.Type === 'AWS::SQS::Queue') {
        const others = rules.filter(([, each]) => ruleTargets(each).some(({ Arn }) => referenced(Arn) === target));
        expect(sendersTo(target).sort()).toEqual(others.map(([id]) => id).sort());
        expect(sendersTo(target)).toContain(ruleId);
      } else {
        const permissions = resourcesOf(packaged.template, 'AWS::Lambda::Permission').map(
          ([, each]) => each.Properties,
        );
        expect(permissions).toEqual([
          {
            FunctionName: { Ref: target },
            Action: 'lambda:InvokeFunction',
            Principal: 'events.amazonaws.com',
            SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
          },
        ]);
      }
    }
  });

  it('keeps what it cannot deliver', () => {
    for (const [, rule] of rules) {
      for (const target of ruleTargets(rule)) {
        expect(target.DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } });
      }
    }
    expect(sendersTo('UndeliveredQueue').sort()).toEqual(rules.map(([id]) => id).sort());
  });

  it('hears what Ebbtide acts on', () => {
    const patterns = Object.fromEntries(rules.map(([id, rule]) => [id, rule.Properties.EventPattern]));
    expect(patterns).toEqual({
      TerminateActionRule: { source: ['aws.autoscaling'], 'detail-type': ['EC2 Instance-terminate Lifecycle Action'] },
      LaunchActionRule: { source: ['aws.autoscaling'], 'detail-type': ['EC2 Instance-launch Lifecycle Action'] },
      ContainerInstanceHealthRule: { source: ['aws.ecs'], 'detail-type': ['ECS Container Instance Health Change'] },
      ContainerInstanceChangeRule: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Container Instance State Change'],
        detail: { $or: [{ status: [{ 'anything-but': ['ACTIVE'] }] }, { status: [{ exists: false }] }] },
      },
      ActiveInstanceChangeRule: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Container Instance State Change'],
        detail: { status: ['ACTIVE'] },
      },
      TaskStoppedRule: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: { lastStatus: ['STOPPED'], containerInstanceArn: [{ exists: true }] },
      },
      SpotInterruptionRule: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Spot Instance Interruption Warning', 'EC2 Instance Rebalance Recommendation'],
      },
      Ec2StateChangeRule: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
      },
      ScheduledChangeRule: {
        source: ['aws.health'],
        'detail-type': ['AWS Health Event'],
        detail: { service: ['EC2'], eventTypeCategory: ['scheduledChange'] },
      },
      SweepRule: undefined,
    });
    expect(packaged.template.Resources.SweepRule?.Properties.ScheduleExpression).toBe('rate(1 minute)');
  });
});

describe('a queue', () => {
  it('is encrypted by SQS, and refuses what does not come over TLS', () => {
    for (const [id, queue] of queues) {
      expect([id, property(queue, 'SqsManagedSseEnabled')]).toEqual([id, true]);
      expect(statementsAbout(id)).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  it('gives what fails five times to the dead-letter queue, which outlives it', () => {
    for (const [id, queue] of queues) {
      if (failureQueues.includes(id)) {
        expect(property(queue, 'MessageRetentionPeriod')).toBe(fourteenDays);
        expect(queue.Properties).not.toHaveProperty('RedrivePolicy');
        continue;
      }
      expect(property(queue, 'MessageRetentionPeriod')).toBe(fourDays);
      expect(property(queue, 'RedrivePolicy')).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
        maxReceiveCount: 5,
      });
    }
  });

  it('feeds one function, in batches whose failures are named one by one, and a bounded number of them at once', () => {
    const fed = mappings.map((mapping) => referenced(property(mapping, 'EventSourceArn')));
    expect(fed.sort()).toEqual(
      queues
        .map(([id]) => id)
        .filter((id) => !failureQueues.includes(id))
        .sort(),
    );
    for (const mapping of mappings) {
      expect(property(mapping, 'FunctionResponseTypes')).toEqual(['ReportBatchItemFailures']);
      const concurrency = property(mapping, 'ScalingConfig', 'MaximumConcurrency');
      expect(concurrency).toBeGreaterThanOrEqual(2);
      expect(concurrency).toBeLessThanOrEqual(5);
    }
  });

  it('hides a message for six times the function’s timeout and the window', () => {
    for (const mapping of mappings) {
      const queue = packaged.template.Resources[referenced(property(mapping, 'EventSourceArn'))];
      const target = packaged.template.Resources[referenced(property(mapping, 'FunctionName'))];
      const timeout = property(target, 'Timeout') as number;
      const window = property(mapping, 'MaximumBatchingWindowInSeconds') as number;
      expect(property(queue, 'VisibilityTimeout')).toBeGreaterThanOrEqual(6 * timeout + window);
    }
  });

  it('lets nobody but the rules send, beside the roles of the functions', () => {
    expect(sendersTo('DeadLetterQueue')).toEqual([]);
  });
});

describe('the stream of incidents', () => {
  it('feeds one function, in order and from the first record on, and gives up in half a day what it keeps for a day', () => {
    expect(streamMappings).toHaveLength(1);
    expect(streamMappings[0]?.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['IncidentTable', 'StreamArn'] },
      FunctionName: { 'Fn::GetAtt': ['IncidentChangeLambdaFunction', 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10_000,
      MaximumRecordAgeInSeconds: 43_200,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } } },
    });
    expect(packaged.template.Resources.IncidentTable?.Properties.StreamSpecification).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
  });
});
