import { entryOf } from '../../kernel/entry-of.ts';
import { quote } from '../../kernel/quote.ts';
import { isObject } from '../../services/template-properties.ts';
import type { Resources } from './function.ts';
import { managedPolicyArn } from './policies.ts';

export interface ExpandedEvent {
  readonly resources: Resources;
  /** What the function's own role needs for its poller. */
  readonly managedPolicies: readonly string[];
}

type Given = Readonly<Record<string, unknown>>;
type Expansion = (of: { readonly fn: string; readonly id: string; readonly given: Given }) => ExpandedEvent;

const RULE = ['EventBusName', 'Pattern', 'State', 'RuleName', 'Enabled'];
const SCHEDULE = ['Schedule', 'Name', 'Description', 'State', 'Enabled'];
const TARGET = ['Input', 'InputPath', 'InputTransformer', 'RetryPolicy', 'DeadLetterConfig'];
const POLLED = ['Enabled', 'BatchSize', 'FilterCriteria', 'FunctionResponseTypes', 'MaximumBatchingWindowInSeconds'];
const QUEUE = [...POLLED, 'ScalingConfig'];
const STREAM = [
  ...POLLED,
  'StartingPosition',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
];

const EXPANSIONS: Readonly<Record<string, { readonly known: readonly string[]; readonly expand: Expansion }>> = {
  EventBridgeRule: { known: [...RULE, ...TARGET, 'Target'], expand: expandRule },
  CloudWatchEvent: { known: [...RULE, ...TARGET, 'Target'], expand: expandRule },
  Schedule: { known: [...SCHEDULE, ...TARGET], expand: expandRule },
  SQS: { known: [...QUEUE, 'Queue'], expand: expandQueue },
  SNS: { known: ['Topic', 'FilterPolicy', 'FilterPolicyScope'], expand: expandTopic },
  DynamoDB: { known: [...STREAM, 'Stream'], expand: expandStream },
};

/** One of the `Events` of a serverless function, under SAM's logical ids. */
export function expandEvent(fn: string, name: string, event: unknown): ExpandedEvent {
  const type = isObject(event) ? event.Type : undefined;
  const expansion = typeof type === 'string' ? entryOf(EXPANSIONS, type) : undefined;
  if (expansion === undefined) {
    const supported = Object.keys(EXPANSIONS).join(', ');
    throw new Error(
      `${fn}: the event ${name} is of type ${typeof type === 'string' ? type : quote(type)}; the simulator has ${supported}`,
    );
  }
  const given = isObject(event) && isObject(event.Properties) ? event.Properties : {};
  const unknown = Object.keys(given).filter((one) => !expansion.known.includes(one));
  if (unknown.length > 0) throw new Error(`${fn}: the event ${name} has unsupported properties ${unknown.join(', ')}`);
  return expansion.expand({ fn, id: `${fn}${name}`, given });
}

function expandRule({ fn, id, given }: Parameters<Expansion>[0]): ExpandedEvent {
  const { Pattern, Schedule, EventBusName, Description, RuleName, Name, State, Enabled, Target } = given;
  const name = RuleName ?? Name;
  const state = State ?? (Enabled === undefined ? undefined : String(Enabled) === 'false' ? 'DISABLED' : 'ENABLED');
  const targetId = isObject(Target) ? Target.Id : undefined;
  const rule = {
    ...defined({
      EventPattern: Pattern,
      ScheduleExpression: Schedule,
      EventBusName,
      Description,
      State: state,
      Name: name,
    }),
    Targets: [{ Id: targetId ?? `${id}LambdaTarget`, Arn: arnOf(fn), ...picked(given, TARGET) }],
  };
  return {
    resources: {
      [id]: { Type: 'AWS::Events::Rule', Properties: rule },
      ...permission(fn, id, 'events.amazonaws.com', arnOf(id)),
    },
    managedPolicies: [],
  };
}

function expandQueue({ fn, id, given }: Parameters<Expansion>[0]): ExpandedEvent {
  return mapping(fn, id, { EventSourceArn: given.Queue, ...picked(given, QUEUE) }, 'AWSLambdaSQSQueueExecutionRole');
}

function expandStream({ fn, id, given }: Parameters<Expansion>[0]): ExpandedEvent {
  return mapping(fn, id, { EventSourceArn: given.Stream, ...picked(given, STREAM) }, 'AWSLambdaDynamoDBExecutionRole');
}

function mapping(fn: string, id: string, settings: object, policy: string): ExpandedEvent {
  const Properties = { FunctionName: { Ref: fn }, ...settings };
  return {
    resources: { [id]: { Type: 'AWS::Lambda::EventSourceMapping', Properties } },
    managedPolicies: [managedPolicyArn(policy)],
  };
}

function expandTopic({ fn, id, given }: Parameters<Expansion>[0]): ExpandedEvent {
  const filters = picked(given, ['FilterPolicy', 'FilterPolicyScope']);
  const subscription = { Protocol: 'lambda', TopicArn: given.Topic, Endpoint: arnOf(fn), ...filters };
  return {
    resources: {
      [id]: { Type: 'AWS::SNS::Subscription', Properties: subscription },
      ...permission(fn, id, 'sns.amazonaws.com', given.Topic),
    },
    managedPolicies: [],
  };
}

function permission(fn: string, id: string, Principal: string, SourceArn: unknown): Resources {
  const Properties = { FunctionName: { Ref: fn }, Action: 'lambda:InvokeFunction', Principal, SourceArn };
  return { [`${id}Permission`]: { Type: 'AWS::Lambda::Permission', Properties } };
}

function arnOf(logicalId: string): object {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

function picked(given: Given, names: readonly string[]): Record<string, unknown> {
  return defined(Object.fromEntries(names.map((name) => [name, given[name]])));
}

function defined(given: Given): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
