import type { Random } from '../../simulator/kernel/random.ts';
import type { HookSettings } from '../../simulator/services/auto-scaling/hooks.ts';
import type { GroupOptions } from '../../simulator/services/fleet-groups.ts';
import type { ServiceOptions } from '../../simulator/services/fleet-workloads.ts';
import type { FaultMix } from './fault-mix.ts';
import { drawClusterTags, drawRetagged, type Settings } from './settings.ts';
import { inForce } from './terms.ts';

export interface ClusterPlan {
  readonly name: string;
  /** Those that override settings (`ebbtide:...`) among them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What the push `tag a cluster anew` adds to them, or changes; default: nothing. */
  readonly retagged?: Readonly<Record<string, string>>;
  readonly groups: readonly GroupOptions[];
  readonly services: readonly ServiceOptions[];
  readonly standaloneTasks: number;
  /** ECS Anywhere. */
  readonly externalInstances?: number;
  /** Of a Managed Instances capacity provider: ECS looks after them itself. */
  readonly managedInstances?: number;
}

/** Of an Auto Scaling group: the cluster of its instances. */
export const HOME_TAG = 'ebbtide:cluster';

/** The name of that capacity provider. */
export const MANAGED_PROVIDER = 'managed-instances';

/** Groups of tasks that no drain waits for: daemons, what instances start for themselves, what the operator names. */
export const NON_BLOCKING = { daemon: 'agent-', selfStarted: 'boot', named: 'optional' } as const;

/**
 * What a function meets and must not repeat where others read it: the note that the operator gave a lifecycle hook, and
 * what is in a message that it cannot read.
 */
export const SECRETS = ['planted-password-in-the-hook-metadata', 'planted-password-in-an-unreadable-event'] as const;

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];

/** Minimum and maximum healthy percent, the pair that blocks every drain among them. */
const PERCENTS = [
  [100, 200],
  [100, 200],
  [50, 150],
  [50, 100],
  [0, 200],
  [100, 100],
] as const;

/** What of a plan the fleet has to fit. */
interface Surroundings {
  readonly settings: Settings;
  readonly rates: FaultMix;
}

export function drawClusters(random: Random, surroundings: Surroundings): ClusterPlan[] {
  return Array.from({ length: random.integer(1, 2) }, (_, index) => {
    const name = `cluster-${index}`;
    const own = random.fork(name);
    const tags = drawClusterTags(own);
    return {
      name,
      tags,
      retagged: drawRetagged(own.fork('retagged')),
      externalInstances: own.chance(0.25) ? own.integer(1, 2) : 0,
      managedInstances: own.chance(0.2) ? 1 : 0,
      groups: Array.from({ length: random.integer(1, 2) }, (_, serial) =>
        drawGroup(random, { cluster: name, serial, tags, ...surroundings }),
      ),
      services: [
        ...Array.from({ length: random.integer(1, 3) }, (_, serial) => drawService(random, name, serial)),
        ...(random.chance(0.5) ? [daemon(name, own.fork('daemon'))] : []),
      ],
      standaloneTasks: random.integer(0, 2),
    };
  });
}

interface GroupSurroundings extends Surroundings {
  readonly cluster: string;
  readonly serial: number;
  readonly tags: Readonly<Record<string, string>>;
}

function drawGroup(random: Random, { cluster, serial, ...surroundings }: GroupSurroundings): GroupOptions {
  const hasWarmPool = random.chance(0.2);
  return {
    name: `${cluster}-group-${serial}`,
    cluster,
    desired: random.integer(2, 5),
    minSize: 0,
    maxSize: 8,
    zones: ZONES.slice(0, random.integer(1, 3)),
    spot: random.chance(0.4),
    ...(random.chance(0.15)
      ? { capacityProvider: { name: `${cluster}-provider-${serial}`, managedDraining: true } }
      : {}),
    ...(random.chance(0.3) ? { instanceType: { name: 'm5.xlarge', cpu: 4_096, memory: 15_360 } } : {}),
    lifecycleHooks: drawHooks(random, { cluster, serial, ...surroundings }),
    retention: random.chance(0.3) ? 'retain' : 'terminate',
    ...(random.fork(`agent data/${serial}`).chance(0.4) ? { agentDataVolume: 'own' } : {}),
    newInstancesProtected: random.chance(0.1),
    healthCheckGracePeriodSeconds: random.pick([0, 300]),
    ...(random.chance(0.3) ? { tags: { [HOME_TAG]: cluster } } : {}),
    ...(hasWarmPool
      ? {
          warmPool: {
            minSize: random.integer(1, 2),
            poolState: random.pick(['Stopped', 'Running'] as const),
            reuseOnScaleIn: random.chance(0.5),
          },
        }
      : {}),
  };
}

export const TERMINATE_HOOK = 'ebbtide-terminate';
export const LAUNCH_HOOK = 'ebbtide-launch';

/** The hook of another team, which completes it by itself. */
export const FOREIGN_HOOK = 'backup-logs';

/**
 * What nobody told of is found by a sweep, once a minute: a hook that ends sooner than a few of them is kept alive only
 * where events come and functions live. A sweep of short pages, or one that has nobody to help it, calls so often that every
 * other one may be killed.
 */
export function heartbeatTimeouts(rates: Partial<FaultMix>): readonly number[] {
  const { eventLost = 0, eventLate = 0, killed = 0, hung = 0, sweepLost = 0, sweepLate = 0, shortPage = 0 } = rates;
  if ((shortPage === 1 || eventLost === 1) && killed + hung > 0) return [900];
  return eventLost + eventLate + killed + hung + sweepLost + sweepLate > 0 ? [300, 300, 600, 900] : [60, 120, 300, 900];
}

function drawHooks(random: Random, { cluster, serial, tags, settings, rates }: GroupSurroundings): HookSettings[] {
  const [{ role } = { role: 'acts' }] = inForce({ settings, clusters: [{ name: cluster, tags }] }, cluster);
  // Nobody completes a hook where Ebbtide does not act: one that abandons launches would have the group launch for ever.
  const results = role === 'acts' ? (['CONTINUE', 'ABANDON'] as const) : (['CONTINUE'] as const);
  const terminate = {
    transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    heartbeatTimeoutSeconds: random.pick(heartbeatTimeouts(rates)),
    defaultResult: random.pick(results),
    notificationMetadata: `{"password":"${SECRETS[0]}"}`,
  } as const;
  const hooks: HookSettings[] = [{ ...terminate, name: TERMINATE_HOOK }];
  const second = random.fork(`second hook/${cluster}/${serial}`);
  if (second.chance(0.25)) hooks.push({ ...terminate, name: 'ebbtide-second', defaultResult: second.pick(results) });
  if (random.chance(0.2)) hooks.push({ ...terminate, name: FOREIGN_HOOK, heartbeatTimeoutSeconds: 300 });
  if (random.chance(0.3)) {
    hooks.push({ ...terminate, name: LAUNCH_HOOK, transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' });
  }
  return hooks;
}

function drawService(random: Random, cluster: string, serial: number): ServiceOptions {
  const [minimumHealthyPercent, maximumPercent] = random.pick(PERCENTS);
  const isSlow = random.chance(0.25);
  return {
    cluster,
    name: `service-${serial}`,
    desiredCount: random.integer(1, 8),
    minimumHealthyPercent,
    maximumPercent,
    cpu: random.pick([128, 256, 512]),
    slowStartSeconds: random.pick([5, 20, 40]),
    exitsAfterSignalMs: isSlow ? random.integer(30_000, 400_000) : random.integer(200, 20_000),
    ...(isSlow ? { stopTimeoutSeconds: random.pick([120, 600]) } : {}),
    ...(random.chance(0.5) ? { deregistrationDelaySeconds: random.pick([10, 60, 180]) } : {}),
  };
}

/** Some hang when they are told to stop, for longer than anybody would wait for them. */
function daemon(cluster: string, random: Random): ServiceOptions {
  const hangs = random.chance(0.5) ? { stopTimeoutSeconds: 2_400, exitsAfterSignalMs: 2_400_000 } : {};
  return { cluster, name: `${NON_BLOCKING.daemon}logs`, schedulingStrategy: 'DAEMON', cpu: 64, memory: 128, ...hangs };
}
