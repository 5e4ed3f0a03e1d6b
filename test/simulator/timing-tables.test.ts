import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../simulator/kernel/random.ts';
import { draw } from '../../simulator/services/fleet-timing.ts';
import { DURATIONS, durationsTable, limitsTable, switchesTable } from '../../simulator/timing-tables.ts';

const SIMULATOR = path.resolve(import.meta.dirname, '../../simulator');
const number = (text = '') => Number(text.replaceAll('_', ''));

/** The distributions that stand in the source, wherever they are, by the name of their constant. */
function durationsInSource(): [name: string, medianMs: number, p99Ms: number][] {
  return globSync('**/*.ts', { cwd: SIMULATOR }).flatMap((file) => {
    const text = readFileSync(path.join(SIMULATOR, file), 'utf8');
    const found = text.matchAll(/(\w+)(?:: \w+)?(?: =|:) \{\s*medianMs: ([\d_]+),\s*p99Ms: ([\d_]+)/g);
    const folder = path.basename(path.dirname(file));
    return [...found].map(([, name, median, p99]): [string, number, number] => [
      `${folder}/${name}`,
      number(median),
      number(p99),
    ]);
  });
}

/** Copies that never lag: the absence of a delay. */
const NO_DELAYS = new Set(['dynamodb/IMMEDIATE_REPLICATION']);

describe('the tables of durations, limits and switches', () => {
  test('have every distribution that the simulator draws from, with its numbers', () => {
    const inSource = durationsInSource().filter(([name]) => !NO_DELAYS.has(name));
    const inTable = Object.entries(DURATIONS).map(([name, { medianMs, p99Ms }]) => [name, medianMs, p99Ms]);
    expect(inTable.toSorted(), 'simulator/timing-tables.ts has them all').toEqual(inSource.toSorted());
  });

  test('are what the page says', () => {
    const page = readFileSync(path.resolve(SIMULATOR, '../docs/simulator.md'), 'utf8');
    for (const table of [durationsTable(), limitsTable(), switchesTable()]) expect(page).toContain(table);
  });
});

test.each(Object.entries(DURATIONS))('%s is drawn with the median and the tail of the table', (name, duration) => {
  const random = new Random(1).fork(name);
  const drawn = Array.from({ length: 20_000 }, () => draw(random, duration)).sort((a, b) => a - b);
  const ratio = (share: number, wanted: number) => (drawn[Math.floor(drawn.length * share)] ?? 0) / wanted;

  expect(ratio(0.5, duration.medianMs)).toBeGreaterThan(0.85);
  expect(ratio(0.5, duration.medianMs)).toBeLessThan(1.15);
  expect(ratio(0.99, duration.p99Ms)).toBeGreaterThan(0.8);
  expect(ratio(0.99, duration.p99Ms)).toBeLessThan(1.25);
});
