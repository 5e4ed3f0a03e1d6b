import * as sqs from '@aws-sdk/client-sqs';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SimulatedService } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import { TagStore } from '../tag-store.ts';
import { queueOperations } from './queue-operations.ts';
import type { Queues } from './queues.ts';
import { receivingOperations } from './receiving.ts';
import type { SqsScope } from './scope.ts';
import { sendingOperations } from './sending.ts';

/**
 * The SQS API (JSON 1.0, and query for older clients), for standard queues. Actions and resources: Service Authorization
 * Reference, "Amazon SQS".
 */
export function createSqsService(kernel: Kernel, queues: Queues, keys: Keys): SimulatedService {
  const scope: SqsScope = { kernel, queues, keys, tags: new TagStore() };
  return {
    name: 'sqs',
    protocol: 'awsJson1_0',
    otherProtocols: ['awsQuery'],
    schemas: { ...sqs },
    operations: { ...queueOperations(scope), ...sendingOperations(scope), ...receivingOperations(scope) },
  };
}
