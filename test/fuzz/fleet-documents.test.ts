import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { applyFleet } from '../../simulator/fleet-document/apply.ts';
import { FleetDocumentError, parseFleetDocument } from '../../simulator/fleet-document/parse.ts';
import type { FleetDocument } from '../../simulator/fleet-document/schema.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { anyText, garbled, type Json, mutated, runs } from './arbitrary.ts';

const example = (name: string) => readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');
const small = example('small-fleet.yml');
const mixed = example('mixed-fleet.json');

/** @returns the document when it is right; when it is wrong, each line of the message has to say where and what */
function read(text: string): FleetDocument | undefined {
  try {
    return parseFleetDocument(text, 'fleet.yml');
  } catch (error) {
    expect(error).toBeInstanceOf(FleetDocumentError);
    expect((error as Error).message).toMatch(/^fleet\.yml(:\d+)?: ./);
    return undefined;
  }
}

test('text that is hardly a fleet document is read, or refused with line and field', () => {
  const text = fc.oneof(anyText, garbled(small), garbled(mixed));
  fc.assert(
    fc.property(text, (given) => void read(given)),
    runs(1_000),
  );
});

test.each([
  ['small-fleet.yml', small],
  ['mixed-fleet.json', mixed],
])('%s with anything in it changed is read, or refused with line and field', (_, text) => {
  const changed = mutated(parse(text) as Json).map((json) => JSON.stringify(json));
  fc.assert(
    fc.property(changed, (given) => void read(given)),
    runs(1_000),
  );
});

const INSTANCES_MAX = 12;
const TASKS_MAX = 60;

/** The sizes of a document, cut down to what is built in no time: how large a fleet may be is another test. */
function cutDown({ clusters }: FleetDocument): FleetDocument {
  return {
    clusters: clusters.map((cluster) => ({
      ...cluster,
      groups: cluster.groups.map(({ desired, minSize, maxSize: _, warmPool, ...group }) => ({
        ...group,
        desired: Math.min(desired, INSTANCES_MAX),
        minSize: Math.min(minSize, INSTANCES_MAX),
        ...(warmPool && { warmPool: { ...warmPool, minSize: Math.min(warmPool.minSize, INSTANCES_MAX) } }),
      })),
      services: cluster.services.map((service) => ({
        ...service,
        desiredCount: Math.min(service.desiredCount, TASKS_MAX),
      })),
      tasks: cluster.tasks.map((task) => ({ ...task, count: Math.min(task.count, TASKS_MAX) })),
    })),
  };
}

test('whatever is read can be built, or says what stands in its way', async () => {
  const changed = mutated(parse(small) as Json).map((json) => read(JSON.stringify(json)));
  await fc.assert(
    fc.asyncProperty(changed, async (document) => {
      fc.pre(document !== undefined);
      const simulator = createSimulator({ seed: 1 });
      try {
        expect(await applyFleet(simulator, cutDown(document))).toEqual(expect.any(Array));
      } catch (error) {
        // A standalone task that has no room, as RunTask tells it.
        expect(error).toEqual(
          expect.objectContaining({ message: expect.stringMatching(/RESOURCE|No Container|task/i) }),
        );
      }
    }),
    runs(60),
  );
});
