import * as eventBridge from '@aws-sdk/client-eventbridge';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SimulatedService } from '../../wire/service.ts';
import type { Queues } from '../sqs/queues.ts';
import { TagStore } from '../tag-store.ts';
import type { EventBus } from './bus.ts';
import type { BusScope } from './bus-scope.ts';
import { eventOperations } from './put-events.ts';
import { ruleOperations } from './rule-operations.ts';
import { targetOperations } from './target-operations.ts';

/**
 * The EventBridge API (JSON 1.1), for the default bus. Actions and resources: Service Authorization Reference, "Amazon
 * EventBridge".
 */
export function createEventBridgeService(kernel: Kernel, bus: EventBus, queues: Queues): SimulatedService {
  const { region, accountId } = kernel.place;
  const arn = (resource: string) => `arn:aws:events:${region}:${accountId}:${resource}`;
  const scope: BusScope = {
    bus,
    busArn: arn('event-bus/default'),
    queues,
    tags: new TagStore(),
    ruleArn: (name) => arn(`rule/${name ?? ''}`),
  };
  return {
    name: 'events',
    protocol: 'awsJson1_1',
    schemas: { ...eventBridge },
    operations: { ...eventOperations(scope), ...ruleOperations(scope), ...targetOperations(scope) },
  };
}
