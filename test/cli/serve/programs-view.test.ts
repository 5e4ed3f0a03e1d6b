import { expect, test } from 'vitest';
import { showPrograms } from '../../../cli/serve/programs-view.ts';
import { nodeFunction, serveProgramWorld } from '../../simulator/serve/program-world.ts';

test('what a program did not do stays in the queue, and is told as that', async () => {
  const { simulator, advance } = await serveProgramWorld({
    functions: nodeFunction({ events: [{ queue: 'work' }] }),
    files: { 'program.mjs': 'process.exit(3)' },
  });
  const lines: string[] = [];
  showPrograms(simulator, (line) => lines.push(line));
  const { queues } = simulator.messaging;
  queues.send(queues.byUrl('work'), { body: '{}', senderId: 'test' });
  await advance(5);
  expect(lines).toEqual([
    expect.stringMatching(/ program \w{8} <- 1 of aws:sqs: /),
    expect.stringMatching(/ program \w{8} failed after \d+ ms: Runtime.ExitError: /),
    expect.stringMatching(/ program left 1 message in the queue, for when the visibility timeout ends$/),
  ]);
});
