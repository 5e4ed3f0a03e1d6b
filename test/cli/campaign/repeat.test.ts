import path from 'node:path';
import { expect, test } from 'vitest';
import { createCrew } from '../../../cli/campaign/crew.ts';
import { failureOf } from '../../../cli/campaign/failure.ts';
import type { Plan } from '../../../cli/campaign/plan.ts';
import { playPlan } from '../../../cli/campaign/play-plan.ts';
import { playTwice } from '../../../cli/campaign/play-twice.ts';
import { EXIT, Tally } from '../../../cli/campaign/tally.ts';
import { tellAnswer } from '../../../cli/campaign/tell/answer-text.ts';
import { packageOnce } from '../../packaged.ts';

const TIMEOUT_MS = 600_000;

const SMALL: Plan = {
  seed: 100,
  settings: {},
  clusters: [
    {
      name: 'cluster-0',
      groups: [{ name: 'group-0', cluster: 'cluster-0', desired: 2, minSize: 0, maxSize: 4 }],
      services: [{ cluster: 'cluster-0', name: 'service-0', desiredCount: 2 }],
      standaloneTasks: 0,
    },
  ],
  undocumented: {},
  faults: { rates: { throttled: 0.2, slow: 0.05, eventDoubled: 0.3 } },
  troubleMinutes: 5,
  pushes: [{ atMs: 60_000, push: 'stop an instance', seed: 1 }],
};

async function packaged() {
  const { templateFile: templatePath } = await packageOnce();
  return { templatePath, artifactsDirectory: path.dirname(templatePath) };
}

test('two processes give the same trace of a plan, byte for byte', { timeout: TIMEOUT_MS }, async () => {
  const crew = createCrew(await packaged(), 2);
  const answers = await Promise.all([crew.play(SMALL), crew.play(SMALL, { twice: true })]);
  crew.close();

  const digests = answers.map((answer) => (answer.kind === 'played' ? answer.outcome.traceDigest : answer.error));
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(digests[1]).toBe(digests[0]);
  expect(answers.map(failureOf)).toEqual([undefined, undefined]);
});

test('what differs from play to play is told with both entries, and ends with 5', { timeout: TIMEOUT_MS }, async () => {
  const files = await packaged();
  // Real chance in the world: what a forgotten Math.random() would be.
  const chance = () => Math.random();
  const played = await playTwice((onEntry) =>
    playPlan(SMALL, files, {
      onEntry,
      spoil: ({ caller }) =>
        caller.kind === 'function' && chance() < 0.3
          ? { effect: 'happens', extraLatencyMs: Math.ceil(chance() * 5_000) }
          : undefined,
    }),
  );

  const answer = { kind: 'played', cpuMs: 0, ...played } as const;
  const tally = new Tally();
  tally.add(SMALL, answer);
  expect(tally.exitCode()).toBe(EXIT.notRepeatable);
  const { first, second, index } = played.difference ?? {};
  expect(first).not.toBe(second);
  const told = tellAnswer(SMALL, answer);
  expect(told).toContain(`played twice, entry ${index} of the trace differs:`);
  expect(told.join('\n')).toContain(first?.slice(0, 500));
  expect(told.join('\n')).toContain(second?.slice(0, 500));
});
