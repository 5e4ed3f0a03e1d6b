import { expect, test } from 'vitest';
import { operationShapes } from '../../../simulator/wire/shape.ts';
import { type Client, javaScript } from './contract/clients.ts';
import { play } from './contract/play.ts';
import { stories } from './contract/stories.ts';
import { type ServedWorld, serveWorld } from './served-world.ts';

const TOKENS = ['nextToken', 'NextToken', 'Marker'];

/** The member of an operation's input that takes the token of a page; undefined when it has none. */
function tokenOf(world: ServedWorld, service: string, operation: string): string | undefined {
  const schemas = world.simulator.services.find(({ name }) => name === service)?.schemas ?? {};
  const input = operationShapes(schemas, operation)?.input;
  return input?.kind === 'structure' ? TOKENS.find((name) => input.memberNames.has(name)) : undefined;
}

test.each(stories)(
  '$service refuses tokens that it did not hand out, and leaves the world as it was',
  async (story) => {
    const world = await serveWorld();
    const client = javaScript.start();
    const accepted: string[] = [];
    const codes = new Set<string>();
    const withWrongTokens: Client = {
      ...client,
      async call(_world, service, operation, input) {
        const token = tokenOf(world, service, operation);
        if (token !== undefined) {
          const wrong = world.call(service, operation, { ...input, [token]: 'nonsense' });
          await wrong.then(
            () => accepted.push(operation),
            (error: Error) => codes.add(error.name),
          );
        }
        return client.call(world, service, operation, input);
      },
    };
    await play(world, story, withWrongTokens);
    expect(accepted).toEqual([]);
    expect([...codes].filter((code) => !/Invalid|Validation/.test(code))).toEqual([]);
    expect(world.defects).toEqual([]);
  },
);
