import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSimulator } from '../../../simulator/simulator.ts';
import { type Client, installedBoto3, javaScript } from './contract/clients.ts';
import { play } from './contract/play.ts';
import { stories } from './contract/stories.ts';
import type { Story } from './contract/story.ts';
import { serveWorld } from './served-world.ts';

const boto3 = await installedBoto3();

test('each operation of each service is called in the story of its service (test/simulator/serve/contract)', () => {
  const called = stories.map(({ service, steps }) => {
    const operations = steps.flatMap((step) => (typeof step === 'number' ? [] : [step[0]]));
    return [service, [...new Set(operations)].sort()];
  });
  const simulated = createSimulator({ seed: 1 }).services.map(({ name, operations }) => [
    name,
    Object.keys(operations).sort(),
  ]);
  expect(Object.fromEntries(called)).toEqual(Object.fromEntries(simulated));
});

async function answersTo(client: Client, story: Story) {
  const world = await serveWorld();
  const { answers, lacking } = await play(world, story, client);
  expect(world.defects).toEqual([]);
  return { lacking, answers: answers.map(([operation, output]) => [operation, plain(output)]) };
}

describe('the JavaScript client over HTTP', () => {
  test.each(stories)('takes every operation of $service', { timeout: 60_000 }, async (story) => {
    await answersTo(javaScript.start(), story);
  });
});

describe.each(boto3)('$name over HTTP', ({ isCurrent, start }) => {
  let client: Client;
  beforeAll(() => {
    client = start();
  });
  afterAll(() => client.close());

  test.each(stories)(
    'understands of $service what the JavaScript client understands',
    { timeout: 60_000 },
    async (story) => {
      const theirs = await answersTo(client, story);
      const ours = await answersTo(javaScript.start(), story);
      // An older client does not know the newest operations and members of answers.
      if (!isCurrent) return expect(ours.answers).toMatchObject(theirs.answers);
      expect(theirs.lacking).toEqual([]);
      expect(theirs.answers).toEqual(ours.answers);
    },
  );
});

/** An answer without what clients of different languages write differently: dates, bytes, and what is empty. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return new Date(value).toISOString();
  // Each world has a port of its own.
  if (typeof value === 'string' && value.startsWith('http://127.0.0.1:')) return new URL(value).pathname;
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(plain);
  const members = Object.entries(value).map(([name, member]) => [name, plain(member)]);
  const present = members.filter(([, member]) => member !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}
