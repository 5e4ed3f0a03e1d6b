import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { drawPlan } from '../../../cli/campaign/plan.ts';
import { PlanError, parsePlan, readPlan } from '../../../cli/campaign/plan-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'ebbtide-plans-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(text: string): string {
  const file = path.join(directory, 'plan.json');
  writeFileSync(file, text);
  return file;
}

test('a plan of any seed survives its way through a file', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const plan = drawPlan(seed);
      expect(readPlan(fileWith(JSON.stringify(plan)))).toEqual(plan);
    }),
    { numRuns: 50 },
  );
});

test('each field that is wrong is named', () => {
  const plan = { ...drawPlan(1), troubleMinutes: 'ten', pushes: [{ atMs: 1, push: 'sing', seed: 1 }] };
  const reading = () => parsePlan(plan);
  expect(reading).toThrow(PlanError);
  expect(reading).toThrow(/troubleMinutes: .*\n.*pushes\.0\.push: /);
});

test('a setting that there is not, or that is out of range, is named', () => {
  const settings = { drainDeadlineMinutes: '0', drainDeadlineHours: '1' };
  expect(() => parsePlan({ ...drawPlan(1), settings })).toThrow(/drainDeadlineHours.*\n.*drainDeadlineMinutes is "0"/);
});

test('a file that is missing or no JSON is named', () => {
  expect(() => readPlan(path.join(directory, 'none.json'))).toThrow(/none\.json is no plan:\n {2}ENOENT/);
  expect(() => readPlan(fileWith('{'))).toThrow(/plan\.json is no plan:\n {2}/);
  expect(() => readPlan(fileWith('{"seed": "one"}'))).toThrow(/plan:\n {2}seed: .*\n {2}settings: /);
});
