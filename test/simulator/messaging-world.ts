import { createKernel, type Kernel } from '../../simulator/kernel/kernel.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { createMessaging, type Messaging, type MessagingDependencies } from '../../simulator/services/messaging.ts';
import type { Call, InvocationResult, Operation } from '../../simulator/wire/service.ts';

export const ACCOUNT = '111122223333';

/** A world with nothing in it but messaging, and functions that a test supplies. */
export interface World {
  readonly kernel: Kernel;
  readonly messaging: Messaging;
  /** What functions were invoked with, in order. */
  readonly invocations: { readonly at: number; readonly functionArn: string; readonly payload: unknown }[];
  create(type: string, properties: Record<string, unknown>, logicalId?: string): { ref: string; arn: string };
  /** Calls an operation as an operator, at once. */
  call<T = Record<string, never>>(service: string, operation: string, input: object): T;
  traced(kind: string): TraceEntry[];
}

export type Handler = (payload: unknown, functionArn: string) => InvocationResult | Promise<InvocationResult>;

const OPERATOR: Call = { caller: { kind: 'operator', name: 'test' }, requestId: 'request' };

export function createWorld(
  handler: Handler = () => ({ outcome: 'success', payload: undefined }),
  dependencies: Partial<MessagingDependencies> = {},
  seed: number | string = 1,
): World {
  const kernel = createKernel({ seed });
  const invocations: World['invocations'] = [];
  const messaging = createMessaging(kernel, {
    invoker: {
      async invoke(functionArn, payload) {
        invocations.push({ at: kernel.clock.now(), functionArn, payload });
        return handler(payload, functionArn);
      },
    },
    ...dependencies,
  });
  return {
    kernel,
    messaging,
    invocations,
    create(type, properties, logicalId = 'Resource') {
      const provider = messaging.providers[type];
      if (provider === undefined) throw new Error(`No provider for ${type}`);
      const { ref, attributes } = provider.create(properties, { logicalId, stackName: 'stack' });
      return { ref, arn: attributes.Arn ?? attributes.TopicArn ?? ref };
    },
    call<T>(service: string, operation: string, input: object) {
      const found: Operation | undefined = messaging.services.find(({ name }) => name === service)?.operations[
        operation
      ];
      if (found === undefined) throw new Error(`No operation ${service}:${operation}`);
      return found.run(input, OPERATOR) as T;
    },
    traced: (kind) => kernel.trace.entries.filter((entry) => entry.kind === kind),
  };
}

export function createQueue(world: World, properties: Record<string, unknown> = {}, logicalId = 'Queue') {
  return world.create('AWS::SQS::Queue', { QueueName: logicalId, ...properties }, logicalId);
}

/** The statement that every production template needs, for one rule or for all. */
export function allowEvents(world: World, queue: { ref: string; arn: string }, sourceArn: string): void {
  world.create('AWS::SQS::QueuePolicy', {
    Queues: [queue.ref],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue.arn,
        Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } },
      },
    },
  });
}
