import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { parseConfig } from '../../shared/config/config.ts';
import type { Table } from '../../shared/incidents/items.ts';
import { createIncidentStore } from '../../shared/incidents/store.ts';
import { createPolicies } from '../../shared/policies.ts';
import type { Runtime } from '../../shared/runtime.ts';
import { T0 } from './fleet.ts';

export const locations = {
  EBBTIDE_TABLE_NAME: 'incidents',
  EBBTIDE_TOPIC_ARN: 'arn:aws:sns:eu-west-1:210987654321:alerts',
  EBBTIDE_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/210987654321/dead-letter',
  EBBTIDE_DUE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/210987654321/lifecycle',
};

/** A runtime whose clock the test moves, and whose AWS clients answer nothing but what the test lets them. */
export function createTestRuntime(table: Table, settings: Readonly<Record<string, string>> = {}) {
  const clientConfig = { region: 'eu-west-1', credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' } };
  const clients = {
    ecs: new ECSClient(clientConfig),
    autoScaling: new AutoScalingClient(clientConfig),
    ec2: new EC2Client(clientConfig),
    sns: new SNSClient(clientConfig),
    sqs: new SQSClient(clientConfig),
    ssm: new SSMClient(clientConfig),
  };
  const mocks = {
    ecs: mockClient(clients.ecs),
    autoScaling: mockClient(clients.autoScaling),
    ec2: mockClient(clients.ec2),
    sns: mockClient(clients.sns),
    sqs: mockClient(clients.sqs),
    ssm: mockClient(clients.ssm),
  };
  mocks.ecs.onAnyCommand().callsFake(refuse);
  mocks.autoScaling.onAnyCommand().callsFake(refuse);
  mocks.ec2.onAnyCommand().callsFake(refuse);
  mocks.sns.onAnyCommand().callsFake(refuse);
  mocks.sqs.onAnyCommand().callsFake(refuse);
  mocks.ssm.onAnyCommand().callsFake(refuse);
  const clock = { nowMs: T0 };
  const config = parseConfig({ ...locations, ...settings });
  const now = () => clock.nowMs;
  let ids = 0;
  const uniqueId = () => `id-${++ids}`;
  const runtime: Runtime = {
    ...clients,
    config,
    table,
    incidents: createIncidentStore({
      ...table,
      historyDays: config.policy.historyDays,
      uniqueId: randomUUID,
      onUnreadable(id, error) {
        throw new Error(`${id} is no incident`, { cause: error });
      },
    }),
    policies: createPolicies(config.policy, { ecs: clients.ecs, now }),
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test', serviceName: 'test' }),
    unsent: [],
    now,
    uniqueId,
    timeLimit: (ms) => (ms > 0 ? new AbortController().signal : AbortSignal.abort()),
  };
  return { runtime, mocks, clock };
}

function refuse(input: unknown): never {
  throw new Error(`Unexpected call with ${JSON.stringify(input)}`);
}
