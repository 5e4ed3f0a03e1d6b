/** The one place where time, randomness, the environment and the AWS clients come from. */
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Unsent } from './alerts/publish.ts';
import { type AttemptStack, giveUpOnSilence } from './aws/silence.ts';
import { type Config, parseConfig } from './config/config.ts';
import type { Teller } from './delivery/tell-changes.ts';
import type { Table } from './incidents/items.ts';
import { createIncidentStore, type IncidentStore } from './incidents/store.ts';
import { createPolicies, type Policies } from './policies.ts';

export interface Runtime {
  readonly config: Config;
  readonly ecs: ECSClient;
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly table: Table;
  readonly incidents: IncidentStore;
  readonly policies: Policies;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The alerts of this invocation that are still to be sent. */
  readonly unsent: Unsent[];
  /** Epoch milliseconds. */
  now(): number;
  uniqueId(): string;
  /** Ends the calls that it is given to, when so much time has passed. */
  timeLimit(ms: number): AbortSignal;
}

/** An AWS call that has not been answered by then is given up and tried again. */
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Throttling delays work; it must not fail it while the function has time. */
const ATTEMPTS_MAX = 6;

const clientConfig = {
  maxAttempts: ATTEMPTS_MAX,
  // Nothing changes a client once it is made, so what its middleware comes to need not be worked out at each call.
  cacheMiddleware: true,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  },
};

/** Epoch milliseconds. */
const now = () => Date.now();

/** Two attempts: what has not been answered by then is not answered by the others either. */
const PATIENCE_MS = 2 * REQUEST_TIMEOUT_MS;

/** Nobody reads the log of a client, for which it copies all that it sends and gets: a tenth of what a call costs. */
function quiet<C extends Client>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

function tuned<C extends Client>(client: C): C {
  giveUpOnSilence(client.middlewareStack, { patienceMs: PATIENCE_MS, now });
  return quiet(client);
}

interface Client {
  readonly middlewareStack: AttemptStack & { remove(name: string): boolean };
}

export interface RuntimeOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** For a function that can do nothing without ECS, and has no other time to do it. */
  readonly waitsForEcs?: boolean;
}

/**
 * @throws ConfigurationError when the environment is not valid: the function then fails at its first start,
 * with every problem in one message
 */
export function createRuntime({ environment = process.env, waitsForEcs = false }: RuntimeOptions = {}): Runtime {
  const config = parseConfig(environment);
  // ECS publishes its request budgets, and a storm spends them: a client that slows down when it is throttled gets as much
  // done with half of the requests (AWS SDKs and Tools Reference Guide, Retry behavior: adaptive).
  const ecs = (waitsForEcs ? quiet : tuned)(new ECSClient({ ...clientConfig, retryMode: 'adaptive' }));
  const dynamo = tuned(new DynamoDBClient(clientConfig));
  const table = { client: dynamo, tableName: config.locations.tableName };
  const logger = new Logger({ logLevel: config.policy.logLevel });
  return {
    config,
    ecs,
    autoScaling: tuned(new AutoScalingClient(clientConfig)),
    ec2: tuned(new EC2Client(clientConfig)),
    sns: tuned(new SNSClient(clientConfig)),
    sqs: tuned(new SQSClient(clientConfig)),
    ssm: tuned(new SSMClient(clientConfig)),
    table,
    incidents: createIncidentStore({
      ...table,
      historyDays: config.policy.historyDays,
      uniqueId: () => randomUUID(),
      onUnreadable: (id, error) => logger.error('an item of the table is no incident', { id, error }),
    }),
    policies: createPolicies(config.policy, { ecs, now }),
    logger,
    metrics: new Metrics(),
    unsent: [],
    now,
    uniqueId: () => randomUUID(),
    timeLimit: (ms) => AbortSignal.timeout(Math.max(0, ms)),
  };
}

/** What telling of incidents needs, and no more: its function has none of the other clients. */
export function createTellingRuntime(environment: Readonly<Record<string, string | undefined>> = process.env): Teller {
  const { policy, locations } = parseConfig(environment);
  return {
    eventBridge: tuned(new EventBridgeClient(clientConfig)),
    sqs: tuned(new SQSClient(clientConfig)),
    queueUrl: locations.deadLetterQueueUrl,
    logger: new Logger({ logLevel: policy.logLevel }),
  };
}
