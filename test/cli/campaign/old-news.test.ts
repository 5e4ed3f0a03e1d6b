import { expect, test } from 'vitest';
import { buildFleet } from '../../../cli/campaign/build-fleet.ts';
import { drawPlan, type Plan } from '../../../cli/campaign/plan.ts';
import { parsePlan } from '../../../cli/campaign/plan-file.ts';
import { PUSHES } from '../../../cli/campaign/pushes.ts';
import { createScene } from '../../../cli/campaign/scene.ts';
import { Random } from '../../../simulator/kernel/random.ts';
import type { DeliveryFault } from '../../../simulator/services/event-bridge/bus.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

const PUSH = 'tell again of an absence that is over';
const MINUTE_MS = 60_000;
/** Not that of the stack: the cluster wants it otherwise. */
const ALERT_MINUTES = 15;

const plan: Plan = {
  ...drawPlan(1),
  settings: { disconnectedAlertMinutes: '5' },
  clusters: [
    {
      name: 'shop',
      tags: { 'ebbtide:disconnected-alert-minutes': String(ALERT_MINUTES) },
      groups: [{ name: 'web', cluster: 'shop', desired: 2 }],
      services: [],
      standaloneTasks: 0,
    },
  ],
};

interface Arrival {
  readonly event: string;
  readonly isAway: boolean;
  readonly atMs: number;
}

/** Every arrival of an event about a container instance at the only target there is, latency left out. */
async function play(seed: number): Promise<{ readonly simulator: Simulator; readonly arrivals: readonly Arrival[] }> {
  const arrivals: Arrival[] = [];
  const deliveryFault: DeliveryFault = (delivery) => {
    const delaysMs = simulator.faults.deliveryFault(delivery);
    const { id: event, detail } = delivery.event;
    const isAway = (detail as { agentConnected: boolean }).agentConnected === false;
    for (const delayMs of delaysMs) arrivals.push({ event, isAway, atMs: simulator.kernel.clock.now() + delayMs });
    return delaysMs;
  };
  const simulator: Simulator = createSimulator({ seed, deliveryFault, agentConnectionsEnd: false });
  await buildFleet(simulator, plan.clusters);
  const { QueueUrl } = (await simulator.call('sqs', 'CreateQueue', { QueueName: 'news' })) as { QueueUrl: string };
  const { Attributes } = (await simulator.call('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['QueueArn'],
  })) as { Attributes: { QueueArn: string } };
  const EventPattern = JSON.stringify({ 'detail-type': ['ECS Container Instance State Change'] });
  await simulator.call('events', 'PutRule', { Name: 'news', EventPattern });
  await simulator.call('events', 'PutTargets', { Rule: 'news', Targets: [{ Id: 'a', Arn: Attributes.QueueArn }] });
  PUSHES[PUSH]?.(createScene(simulator, plan, new Random(seed, 'push')));
  await simulator.runFor(2 * ALERT_MINUTES * MINUTE_MS);
  return { simulator, arrivals };
}

/** When the agent went and came back, in epoch milliseconds. */
function absencesIn({ kernel: { trace } }: Simulator): { readonly fromMs: number; readonly untilMs: number }[] {
  const of = (change: string) =>
    trace.entries.flatMap((entry) => (entry.change === change ? [Date.parse(entry.at)] : []));
  const connected = of('agent connected');
  return of('agent disconnected').map((fromMs) => ({
    fromMs,
    untilMs: connected.find((atMs) => atMs > fromMs) ?? Number.POSITIVE_INFINITY,
  }));
}

test.each([1, 2, 3, 4, 5, 6])(
  'What told of an absence comes again in the next one, ahead of what tells of that (%i)',
  async (seed) => {
    const { simulator, arrivals } = await play(seed);
    const [first, second, ...more] = absencesIn(simulator);
    expect(more).toEqual([]);

    const news = arrivals.filter(({ isAway }) => isAway);
    const [told, again, late] = news;
    expect(news).toHaveLength(3);
    expect(told).toMatchObject({ atMs: first?.fromMs });
    expect(again?.event).toBe(told?.event);
    expect(late?.event).not.toBe(told?.event);
    const afterMs = (again?.atMs ?? 0) - (second?.fromMs ?? 0);
    expect(afterMs).toBeGreaterThanOrEqual(-1_000);
    expect(afterMs).toBeLessThanOrEqual(10_000);
    expect((late?.atMs ?? 0) - (again?.atMs ?? 0)).toBeGreaterThan(10_000);
  },
);

test.each([1, 2, 3, 4, 5, 6])(
  'Each absence is shorter than the threshold of the cluster, and both together are longer (%i)',
  async (seed) => {
    const { simulator } = await play(seed);
    const [first, second] = absencesIn(simulator);
    if (first === undefined || second === undefined) throw new Error('It was away less than twice');
    for (const { fromMs, untilMs } of [first, second]) expect(untilMs - fromMs).toBeLessThan(ALERT_MINUTES * MINUTE_MS);
    expect(second.untilMs - first.fromMs).toBeGreaterThan(ALERT_MINUTES * MINUTE_MS);
  },
);

test('Other events are struck by nothing', async () => {
  const { simulator, arrivals } = await play(1);
  expect(simulator.faults.ofEvents.inForce()).toEqual([]);
  const others = arrivals.filter(({ isAway }) => !isAway);
  expect(others.length).toBeGreaterThan(0);
  expect(new Set(others.map(({ event }) => event)).size).toBe(others.length);
});

test('Plans have it early, and at most once; a plan file with it is read', () => {
  const plans = Array.from({ length: 200 }, (_, seed) => drawPlan(seed));
  const found = plans.map(({ pushes, troubleMinutes }) => ({
    troubleMinutes,
    own: pushes.filter(({ push }) => push === PUSH),
  }));
  for (const { own, troubleMinutes } of found) {
    expect(own.length).toBeLessThanOrEqual(1);
    for (const { atMs } of own) expect(atMs).toBeLessThan((troubleMinutes * MINUTE_MS) / 4);
  }
  expect(found.filter(({ own }) => own.length === 1).length).toBeGreaterThan(50);
  expect(parsePlan(JSON.parse(JSON.stringify({ ...plan, pushes: [{ atMs: 0, push: PUSH, seed: 1 }] })))).toBeDefined();
});
