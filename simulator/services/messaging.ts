import type { PolicyQuestion } from '../iam/policy.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { BusEvent, FunctionInvoker, ResourceProvider, SimulatedService } from '../wire/service.ts';
import { Alarms } from './cloudwatch/alarms.ts';
import { createCloudWatchService } from './cloudwatch/service.ts';
import { createDynamoDbService, type Tables } from './dynamodb/operations.ts';
import { createTableProvider } from './dynamodb/provider.ts';
import { createStreamMappingProvider } from './dynamodb/stream-mapping-provider.ts';
import { type Replication, USUAL_REPLICATION } from './dynamodb/table.ts';
import { type AsyncFunctionFacts, createAsyncInvocations, type InvokeAsync } from './event-bridge/async-invocation.ts';
import { type DeliveryFault, EventBus } from './event-bridge/bus.ts';
import { createFunctionSender, createQueueSender, createTopicSender, Delivery } from './event-bridge/delivery.ts';
import { createEventBridgeService } from './event-bridge/operations.ts';
import { createRuleProvider } from './event-bridge/rule-provider.ts';
import { createKeys } from './kms/keys.ts';
import { createEventSourceMappings, type EventSourceMappings } from './lambda/event-source-mappings.ts';
import { NO_CHAIN } from './lambda/request-chain.ts';
import { createRoleSender, type SendAsRole } from './role-sender.ts';
import { createFanOut } from './sns/fan-out.ts';
import { createSnsService } from './sns/operations.ts';
import { createTopicProviders } from './sns/providers.ts';
import type { ChainOf } from './sns/scope.ts';
import { Topics } from './sns/topics.ts';
import type { RepeatedDelivery } from './sqs/event-source-mapping.ts';
import { createMappingProvider, type FunctionFacts } from './sqs/event-source-mapping-provider.ts';
import { createSqsService } from './sqs/operations.ts';
import { createQueueProviders } from './sqs/providers.ts';
import { Queues } from './sqs/queues.ts';
import { createSsmService, type SsmDependencies } from './ssm/service.ts';

export interface MessagingDependencies extends SsmDependencies {
  readonly invoker: FunctionInvoker;
  /** What deployment checks ask about functions. A question that is not answered is not checked. */
  readonly functions?: FunctionFacts & AsyncFunctionFacts;
  /** Whether a role's policies let it do something; default: they do. */
  readonly roleAllows?: (roleArn: string, question: PolicyQuestion) => boolean;
  /** Whether a function's resource policy (`AWS::Lambda::Permission`) lets a service invoke it; default: it does. */
  readonly permitsInvocation?: (functionArn: string, principal: string, sourceArn: string) => boolean;
  /** What an invocation in progress is part of; default: of nothing that came before. */
  readonly chainOf?: ChainOf;
  /** Loses, doubles and delays deliveries of the bus; default: none. */
  readonly deliveryFault?: DeliveryFault;
  /** Hands messages to functions once more than it should; default: never. */
  readonly repeatedDelivery?: RepeatedDelivery;
  /** How far DynamoDB's indexes and eventually consistent reads lag behind; default: `USUAL_REPLICATION`. */
  readonly replication?: Replication;
}

export interface Messaging {
  readonly services: readonly SimulatedService[];
  readonly providers: Readonly<Record<string, ResourceProvider>>;
  /** Puts an event of an AWS service on the default bus. */
  readonly putEvent: (event: BusEvent) => void;
  readonly bus: EventBus;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly tables: Tables;
  readonly alarms: Alarms;
  /** Starts a function asynchronously, with Lambda's own retries. */
  readonly invokeAsync: InvokeAsync;
  /** Sends as a role that an AWS service was given. */
  readonly sendAsRole: SendAsRole;
  readonly eventSourceMappings: EventSourceMappings;
}

/** Events, queues, topics and storage: everything between the fleet and the functions. */
export function createMessaging(kernel: Kernel, dependencies: MessagingDependencies): Messaging {
  const {
    invoker,
    functions = {},
    permitsInvocation = () => true,
    roleAllows = () => true,
    chainOf = () => NO_CHAIN,
    deliveryFault,
    replication = USUAL_REPLICATION,
  } = dependencies;
  const keys = createKeys(kernel);
  const queues = new Queues(kernel, keys);
  const topics = new Topics(kernel, keys);
  const sendAsRole = createRoleSender({ topics, queues, keys, roleAllows });
  const asyncInvocations = createAsyncInvocations(kernel, { invoker, queues, functions, sendAsRole });
  topics.deliverBy(createFanOut(kernel, { queues, invokeAsync: asyncInvocations.invokeAsync, permitsInvocation }));
  const delivery = new Delivery(kernel, queues, {
    sqs: createQueueSender(queues),
    sns: createTopicSender(topics),
    lambda: createFunctionSender(asyncInvocations.invokeAsync, permitsInvocation),
  });
  const bus = new EventBus(kernel, delivery, deliveryFault);
  const tables: Tables = new Map();
  const alarms = new Alarms(kernel, { queues, topics, bus });
  const queueMappings = createMappingProvider(kernel, queues, invoker, {
    ...functions,
    repeats: dependencies.repeatedDelivery,
  });
  const { metrics } = alarms;
  const streamMappings = createStreamMappingProvider(kernel, { tables, queues, invoker, functions, metrics });
  const eventSourceMappings = createEventSourceMappings(kernel);
  return {
    services: [
      createEventBridgeService(kernel, bus, queues),
      createSqsService(kernel, queues, keys),
      createSnsService(kernel, { topics, queues, keys, chainOf }),
      createDynamoDbService(kernel, tables, replication),
      createSsmService(kernel, dependencies),
      createCloudWatchService(kernel, alarms),
    ],
    providers: {
      ...keys.providers,
      ...createQueueProviders(kernel, queues),
      ...createTopicProviders(kernel, topics),
      'AWS::CloudWatch::Alarm': alarms.provider,
      'AWS::DynamoDB::Table': createTableProvider(kernel, tables, replication),
      'AWS::Events::Rule': createRuleProvider(kernel, bus, queues),
      'AWS::Lambda::EventSourceMapping': eventSourceMappings.recording({
        create: (properties, resource) =>
          (isStream(properties.EventSourceArn) ? streamMappings : queueMappings).create(properties, resource),
      }),
      'AWS::Lambda::EventInvokeConfig': asyncInvocations.provider,
    },
    putEvent: (event) => void bus.put(event),
    bus,
    queues,
    topics,
    tables,
    alarms,
    invokeAsync: asyncInvocations.invokeAsync,
    sendAsRole,
    eventSourceMappings,
  };
}

function isStream(eventSourceArn: unknown): boolean {
  return /^arn:aws:dynamodb:.*\/stream\//.test(String(eventSourceArn));
}
