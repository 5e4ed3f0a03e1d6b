import { compilePattern } from '../../simulator/services/event-bridge/pattern.ts';
import { atInstance, MINUTE_MS, type Push } from './push.ts';
import { pickOne, runningInstances, type Scene } from './scene.ts';
import { inForce } from './terms.ts';

/**
 * An agent is away twice, each time for less than on-call is to be told of, and more than that in all. The event of the
 * first time comes once more when it has just gone again, ahead of the one that tells so: ECS sends events at least once,
 * and they may come in any order (ECS guide, Handling Amazon ECS events).
 */
export const repeatOldNews = atInstance((scene, id) => {
  const { views, random, after } = scene;
  const alertMs = alertMsOf(scene, id);
  const firstMs = Math.floor((alertMs * random.integer(40, 70)) / 100);
  const goesAgainMs = firstMs + random.integer(60, 180) * 1_000;
  const secondMs = Math.floor((alertMs * random.integer(70, 90)) / 100);
  const repeatedMs = random.integer(-1, 10) * 1_000;
  // Longer than the functions gather events for: of two in one batch the newer one counts.
  const lateMs = repeatedMs + random.integer(15, 60) * 1_000;
  cutOff(scene, id, { forMs: firstMs, kind: 'doubled', delayMs: goesAgainMs + repeatedMs });
  after(goesAgainMs, () => {
    if (runningInstances({ views }).has(id)) cutOff(scene, id, { forMs: secondMs, kind: 'delayed', delayMs: lateMs });
  });
});

/**
 * A group whose instances go back to its warm pool is scaled in, and soon out again: what was drained is to work once more.
 * The event of its wait comes again when it does.
 */
export const useAgain: Push = (scene) => {
  const groups = scene.plan.clusters.flatMap((cluster) => cluster.groups.filter((one) => one.warmPool?.reuseOnScaleIn));
  const group = pickOne(scene, groups, ({ name }) => name);
  if (group === undefined) return undefined;
  const { name, maxSize = Number.POSITIVE_INFINITY } = group;
  const all = scene.views.groupInstances().filter((one) => one.group === name && one.lifecycleState === 'InService');
  const fewer = scene.random.integer(0, Math.max(0, all.length - 1));
  const more = Math.min(all.length + 2, maxSize);
  scene.world.setDesiredCapacity(name, fewer);
  const backMs = scene.random.integer(3, 10) * MINUTE_MS;
  scene.after(backMs, () => scene.world.setDesiredCapacity(name, more));
  scene.simulator.faults.ofEvents.inject({
    kind: 'doubled',
    rate: 1,
    forMs: MINUTE_MS,
    delayMs: backMs + scene.random.integer(3, 8) * MINUTE_MS,
    matches: compilePattern(
      JSON.stringify({
        'detail-type': ['EC2 Instance-terminate Lifecycle Action'],
        detail: { AutoScalingGroupName: [name] },
      }),
    ),
  });
  return `${name} from ${all.length} to ${fewer}, and to ${more}`;
};

/** For how long an agent of its cluster must be away before on-call is told, or would be. */
function alertMsOf({ plan, views }: Scene, id: string): number {
  const cluster = views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.cluster;
  const [{ policy } = {}] = inForce(plan, cluster);
  return (Number(policy?.disconnectedAlertMinutes) || 10) * MINUTE_MS;
}

/** Cuts an agent off for a while; the event that tells so, and no other, is struck on its way. */
function cutOff(
  { simulator, world }: Scene,
  id: string,
  { forMs, ...fault }: { readonly forMs: number; readonly kind: 'doubled' | 'delayed'; readonly delayMs: number },
): void {
  const { ofEvents } = simulator.faults;
  // ECS tells in the same instant: the fault is out of force again before any other event can meet it.
  const injected = ofEvents.inject({ ...fault, rate: 1, matches: () => true });
  world.disconnectAgent(id, { forMs, cause: 'unreachable' });
  ofEvents.clear(injected.id);
}
