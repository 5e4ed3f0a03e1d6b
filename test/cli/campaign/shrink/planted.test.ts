import path from 'node:path';
import { expect, test } from 'vitest';
import { type Failure, failureOf } from '../../../../cli/campaign/failure.ts';
import type { Plan } from '../../../../cli/campaign/plan.ts';
import { playPlan } from '../../../../cli/campaign/play-plan.ts';
import { shrink } from '../../../../cli/campaign/shrink/shrink.ts';
import { tellAnswer } from '../../../../cli/campaign/tell/answer-text.ts';
import { tellPlan } from '../../../../cli/campaign/tell/plan-text.ts';
import type { Answer } from '../../../../cli/campaign/worker.ts';
import { AwsError } from '../../../../simulator/wire/aws-error.ts';
import type { CallAttempt } from '../../../../simulator/wire/wire.ts';
import { packageOnce } from '../../../packaged.ts';

const TIMEOUT_MS = 900_000;

/** The planted bug: the function that releases instances never gets its word through. */
function mute({ operation }: CallAttempt) {
  const isMuted = operation === 'CompleteLifecycleAction' || operation === 'RecordLifecycleActionHeartbeat';
  return isMuted
    ? ({ effect: 'none', answer: new AwsError('ServiceUnavailable', 'planted', { status: 503 }) } as const)
    : undefined;
}

const LARGE: Plan = {
  seed: 5,
  settings: { alertFormat: 'chat', rebalance: 'off' },
  undocumented: { drainingSendsEvent: false },
  clusters: ['cluster-0', 'cluster-1'].map((name) => ({
    name,
    groups: [
      {
        name: `${name}-group-0`,
        cluster: name,
        desired: 2,
        minSize: 0,
        maxSize: 4,
        spot: true,
        lifecycleHooks: [
          {
            name: 'ebbtide-terminate',
            transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
            heartbeatTimeoutSeconds: 60,
            defaultResult: 'CONTINUE',
          },
        ],
      },
    ],
    services: [{ cluster: name, name: 'service-0', desiredCount: 2, cpu: 128 }],
    standaloneTasks: 0,
  })),
  faults: { rates: { throttled: 0.1, eventDoubled: 0.2 } },
  troubleMinutes: 8,
  pushes: ['resize a service', 'recommend a rebalance', 'terminate through the group', 'restart an agent'].map(
    (push, serial) => ({ atMs: (serial + 1) * 60_000, push, seed: 1 }),
  ),
};

test('a planted failure is made smaller until only its cause is left', { timeout: TIMEOUT_MS }, async () => {
  const { templateFile: templatePath } = await packageOnce();
  const packaged = { templatePath, artifactsDirectory: path.dirname(templatePath) };
  const play = async (plan: Plan): Promise<Answer> => {
    const outcome = await playPlan(plan, packaged, { spoil: mute, stopWhenBroken: true });
    return { kind: 'played', outcome, cpuMs: 0 };
  };
  const found = await play(LARGE);
  const failure = failureOf(found) as Failure;
  expect(failure).toMatchObject({ kind: 'safety', name: expect.stringMatching(/hook/) });

  const { plan } = await shrink(
    { plan: LARGE, outcome: found.kind === 'played' ? found.outcome : undefined },
    { failure, play, parallel: 1, limits: { attempts: 80, hours: 100 }, signal: new AbortController().signal },
  );

  expect(plan).toMatchObject({ settings: {}, undocumented: {}, faults: { rates: {} } });
  expect(plan.pushes.map(({ push }) => push)).toEqual(['terminate through the group']);
  expect(plan.clusters).toHaveLength(1);
  expect(plan.clusters[0]).toMatchObject({ groups: [{ lifecycleHooks: [{}] }], services: [] });
  const told = [...tellPlan(plan), ...tellAnswer(plan, await play(plan), 'small.json')].join('\n');
  expect(told).toContain('after 3.0 min: terminate through the group');
  expect(told).toMatch(
    /\d\d:\d\d:\d\d\.\d{3} {2}.*CompleteLifecycleAction.*\[fault: ServiceUnavailable, effect none\]/,
  );
  expect(told).toContain('npm run campaign -- --plan small.json');
});
