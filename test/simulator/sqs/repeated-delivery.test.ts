import { expect, test } from 'vitest';
import { createQueue, createWorld } from '../messaging-world.ts';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:f';

test('A message may be handed to a second invocation while the first still works on it, and is deleted once', async () => {
  const repeats = [1_000];
  const world = createWorld(
    async () => {
      await world.kernel.clock.sleep(5_000);
      return { outcome: 'success', payload: undefined };
    },
    { repeatedDelivery: () => repeats.pop() },
  );
  const queue = createQueue(world, { VisibilityTimeout: 30 });
  world.create('AWS::Lambda::EventSourceMapping', { FunctionName: FUNCTION, EventSourceArn: queue.arn });
  world.call('sqs', 'SendMessage', { QueueUrl: queue.ref, MessageBody: 'twice' });

  await world.kernel.clock.runFor(20_000);

  const [first, second] = world.invocations.map(({ at }) => at);
  expect(world.invocations).toHaveLength(2);
  expect(Number(second) - Number(first)).toBeLessThan(2_000);
  expect(world.messaging.queues.find(queue.arn)?.measure()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0 });
});
