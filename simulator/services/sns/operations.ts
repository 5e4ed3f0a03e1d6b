import * as sns from '@aws-sdk/client-sns';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SimulatedService } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import type { Queues } from '../sqs/queues.ts';
import { TagStore } from '../tag-store.ts';
import { publishOperations } from './publish.ts';
import type { ChainOf, SnsScope } from './scope.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { topicOperations } from './topic-operations.ts';
import type { Topics } from './topics.ts';

export interface SnsDependencies {
  readonly topics: Topics;
  readonly queues: Queues;
  readonly keys: Keys;
  readonly chainOf: ChainOf;
}

/** The SNS API (query protocol). Actions and resources: Service Authorization Reference, "Amazon SNS". */
export function createSnsService(kernel: Kernel, dependencies: SnsDependencies): SimulatedService {
  const scope: SnsScope = { kernel, ...dependencies, tags: new TagStore() };
  return {
    name: 'sns',
    protocol: 'awsQuery',
    schemas: { ...sns },
    operations: { ...publishOperations(scope), ...topicOperations(scope), ...subscriptionOperations(scope) },
  };
}
