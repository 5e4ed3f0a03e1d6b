import path from 'node:path';
import type { ProgramTarget } from '../../services/lambda/program.ts';
import type { Simulator } from '../../simulator.ts';
import type { FunctionDocument, FunctionsDocument } from './schema.ts';

/** AWS advises six times the function's timeout ("Using Lambda with Amazon SQS"). */
const VISIBILITY_TIMEOUTS = 6;

/** @param directory of the document: what it names relatively is there */
export function programTarget(
  { http, command, directory }: FunctionDocument,
  documentDirectory: string,
): ProgramTarget {
  if (http !== undefined) return { kind: 'http', url: http };
  return { kind: 'command', argv: command ?? [], directory: path.resolve(documentDirectory, directory ?? '.') };
}

/**
 * Deploys the functions of a document, with their roles and what invokes them, as a stack of its own.
 *
 * @throws Error naming the function
 */
export function attachFunctions(
  simulator: Simulator,
  { functions }: FunctionsDocument,
  documentDirectory: string,
): void {
  const programs = new Map(functions.map((fn) => [fn.name, programTarget(fn, documentDirectory)]));
  const resources = Object.assign({}, ...functions.map((fn, index) => resourcesOf(simulator, fn, `Function${index}`)));
  simulator.deploy({
    template: { Transform: 'AWS::Serverless-2016-10-31', Resources: resources },
    artifactsDirectory: documentDirectory,
    stackName: 'functions',
    sources: { programs },
  });
}

function resourcesOf(simulator: Simulator, fn: FunctionDocument, id: string): Record<string, unknown> {
  const everything = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const events = fn.events.map((event, index) => [`Event${index}`, eventOf(simulator, event)] as const);
  const made = fn.events.map((event) => missingSource(simulator, event, fn.timeoutSeconds * VISIBILITY_TIMEOUTS));
  const properties = {
    FunctionName: fn.name,
    Timeout: fn.timeoutSeconds,
    Environment: { Variables: fn.environment },
    Policies: [{ Statement: fn.permissions ?? everything }],
    Events: Object.fromEntries(events),
    EventInvokeConfig: { MaximumRetryAttempts: fn.retries },
    ...(fn.concurrency === undefined ? {} : { ReservedConcurrentExecutions: fn.concurrency }),
  };
  // Queues and topics come first: their ARNs are written out, so that no reference tells the order.
  return { ...Object.assign({}, ...made), [id]: { Type: 'AWS::Serverless::Function', Properties: properties } };
}

type EventDocument = FunctionDocument['events'][number];

function eventOf(simulator: Simulator, { pattern, schedule, queue, topic, batchSize }: EventDocument): object {
  if (pattern !== undefined) return { Type: 'EventBridgeRule', Properties: { Pattern: pattern } };
  if (schedule !== undefined) return { Type: 'Schedule', Properties: { Schedule: schedule } };
  if (topic !== undefined) return { Type: 'SNS', Properties: { Topic: simulator.messaging.topics.arnOf(topic) } };
  const properties = { Queue: simulator.messaging.queues.arnOfUrl(queue ?? ''), BatchSize: batchSize };
  return { Type: 'SQS', Properties: properties };
}

/** A queue or topic that nothing has created yet, under a logical id of its own name. */
function missingSource({ messaging }: Simulator, { queue, topic }: EventDocument, visibilitySeconds: number): object {
  if (queue !== undefined && messaging.queues.find(messaging.queues.arnOfUrl(queue)) === undefined) {
    const VisibilityTimeout = Math.min(visibilitySeconds, 43_200);
    return { [`Queue ${queue}`]: { Type: 'AWS::SQS::Queue', Properties: { QueueName: queue, VisibilityTimeout } } };
  }
  if (topic !== undefined && messaging.topics.find(messaging.topics.arnOf(topic)) === undefined) {
    return { [`Topic ${topic}`]: { Type: 'AWS::SNS::Topic', Properties: { TopicName: topic } } };
  }
  return {};
}
