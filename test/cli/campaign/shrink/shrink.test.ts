import { expect, test } from 'vitest';
import type { Failure } from '../../../../cli/campaign/failure.ts';
import { drawPlan, type Plan } from '../../../../cli/campaign/plan.ts';
import type { Search } from '../../../../cli/campaign/shrink/attempts.ts';
import { shrink } from '../../../../cli/campaign/shrink/shrink.ts';
import { answerOf } from '../answers.ts';

const FAILURE: Failure = { kind: 'liveness', name: 'it hangs' };

const hook = { name: 'ebbtide-terminate', transition: 'autoscaling:EC2_INSTANCE_TERMINATING' } as const;

/** A world of everything, of which a failure needs little. */
const LARGE: Plan = {
  ...drawPlan(1),
  settings: { mode: 'act', drainDeadlineMinutes: '45', alertFormat: 'chat' },
  undocumented: { drainingSendsEvent: false, ghostTasksAreStopped: true },
  clusters: ['cluster-0', 'cluster-1'].map((name) => ({
    name,
    groups: [0, 1].map((serial) => ({
      name: `${name}-group-${serial}`,
      cluster: name,
      desired: 5,
      minSize: 0,
      maxSize: 8,
      zones: ['eu-central-1a', 'eu-central-1b'],
      spot: true,
      lifecycleHooks: [hook, { ...hook, name: 'backup-logs' }],
    })),
    services: [{ cluster: name, name: 'service-0', desiredCount: 6, cpu: 512 }],
    standaloneTasks: 0,
  })),
  faults: { rates: { throttled: 0.2, killed: 0.01, eventLost: 0.3 } },
  troubleMinutes: 100,
  pushes: Array.from({ length: 30 }, (_, serial) => ({
    atMs: serial * 120_000,
    push: serial === 12 ? 'lose a zone' : 'scale a group',
    seed: serial,
  })),
};

const NEEDED_STRIKE = 'killed sweep ecs:ListTasks #3';

/** What struck in a world, as its faults have it. */
function strikesOf({ faults: { rates, only } }: Plan): string[] {
  if (only !== undefined) return [...only];
  return (rates.killed ?? 0) > 0
    ? ['killed sweep ecs:ListTasks #1', NEEDED_STRIKE, 'killed sweep ecs:ListTasks #4']
    : [];
}

function fails(plan: Plan): boolean {
  const { clusters, pushes, settings } = plan;
  const group = clusters.flatMap((cluster) => cluster.groups).find(({ name }) => name === 'cluster-1-group-0');
  return (
    strikesOf(plan).includes(NEEDED_STRIKE) &&
    (group?.desired ?? 0) >= 2 &&
    group?.lifecycleHooks?.some(({ name }) => name === 'ebbtide-terminate') === true &&
    pushes.some(({ push }) => push === 'lose a zone') &&
    settings.drainDeadlineMinutes === '45'
  );
}

function searchWith(search: Partial<Search>): Search {
  return {
    failure: FAILURE,
    limits: { attempts: 1_000, hours: 1_000 },
    parallel: 2,
    signal: new AbortController().signal,
    play: async (plan) => answerOf(plan, { isPending: fails(plan) ? 'it hangs' : undefined, strikes: strikesOf(plan) }),
    ...search,
  };
}

test('leaves of a plan what its failure needs, and nothing else', async () => {
  const { plan, isMinimal } = await shrink({ plan: LARGE }, searchWith({}));

  expect(plan).toEqual({
    seed: 1,
    settings: { drainDeadlineMinutes: '45' },
    redeployed: {},
    undocumented: {},
    clusters: [
      {
        name: 'cluster-1',
        groups: [
          {
            name: 'cluster-1-group-0',
            cluster: 'cluster-1',
            desired: 2,
            minSize: 0,
            maxSize: 8,
            lifecycleHooks: [hook],
          },
        ],
        services: [],
        standaloneTasks: 0,
      },
    ],
    faults: { rates: {}, only: [NEEDED_STRIKE] },
    troubleMinutes: 25,
    pushes: [LARGE.pushes[12]],
  });
  expect(isMinimal).toBe(true);
});

test('another failure is not taken for the same', async () => {
  const play = async (plan: Plan) => answerOf(plan, { isPending: fails(plan) ? 'it hangs' : 'it hangs elsewhere' });
  const { plan } = await shrink({ plan: LARGE }, searchWith({ play }));
  expect(fails(plan)).toBe(true);
});

test('tries no more worlds than it may, and says that there may be smaller ones', async () => {
  let played = 0;
  const play: Search['play'] = async (plan) => {
    played++;
    return searchWith({}).play(plan);
  };
  const shrunk = await shrink({ plan: LARGE }, searchWith({ play, limits: { attempts: 9, hours: 1_000 } }));
  expect(played).toBe(9);
  expect(shrunk).toMatchObject({ attempts: 9, isMinimal: false });
  expect(fails(shrunk.plan)).toBe(true);
});

test('virtual time is limited too', async () => {
  const { attempts, hours } = await shrink({ plan: LARGE }, searchWith({ limits: { attempts: 1_000, hours: 5 } }));
  expect(hours).toBeLessThan(7);
  expect(attempts).toBeLessThan(8);
});

test('an interrupted search answers with the smallest world so far', async () => {
  const interrupted = new AbortController();
  const onAttempt: Search['onAttempt'] = ({ attempts }) => attempts >= 20 && interrupted.abort();
  const { plan, isMinimal } = await shrink({ plan: LARGE }, searchWith({ signal: interrupted.signal, onAttempt }));
  expect(isMinimal).toBe(false);
  expect(plan.pushes.length).toBeLessThan(LARGE.pushes.length);
  expect(fails(plan)).toBe(true);
});
