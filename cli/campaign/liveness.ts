import type { Item } from '../../simulator/services/dynamodb/value.ts';
import type { ContainerInstanceView } from '../../simulator/services/fleet-views.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Plan } from './plan.ts';
import { inForce, losesEvents } from './terms.ts';

/** Something that ought to be over, and what is known of why it is not. */
export interface Pending {
  /** The same for all of its kind. */
  readonly kind: string;
  readonly what: string;
  readonly why: string;
  /** Names to find in the trace. */
  readonly about: readonly string[];
}

/** All that still waits for Ebbtide. */
export function findPending(simulator: Simulator, plan: Plan): Pending[] {
  const homes = new Map(plan.clusters.flatMap(({ name, groups }) => groups.map((group) => [group.name, name])));
  const acts = (cluster: string | undefined) => inForce(plan, cluster).at(-1)?.role === 'acts';
  const ownsHook = (hook: string, group: string) => hook.startsWith('ebbtide-') && acts(homes.get(group));
  const mayClean = (cluster: string) =>
    acts(cluster) &&
    inForce(plan, cluster).every(({ policy }) => policy.repairs === 'on' && policy.repairsPerHourMax >= 20);
  /** Where it may not put right, or clean up only so much within the hour, a registration stays what it is. */
  const staysAsItIs = ({ cluster, agentConnected, status }: ContainerInstanceView) =>
    (!agentConnected && !mayClean(cluster)) || (status === 'DRAINING' && !acts(cluster));
  const left = simulator.fleet.views.containerInstances().filter(staysAsItIs);
  const leftToOthers = new Set(left.map(({ arn }) => arn));
  const incidents = openIncidents(simulator, { leftToOthers, isHeard: !losesEvents(plan.faults) });
  return [...openHooks(simulator, ownsHook), ...fullQueues(simulator), ...incidents];
}

type OwnsHook = (hook: string, group: string) => boolean;

function openHooks({ fleet: { views }, kernel }: Simulator, ownsHook: OwnsHook): Pending[] {
  const nowMs = kernel.clock.now();
  return views.groupInstances().flatMap(({ ec2InstanceId, lifecycleState, group, hooks }) =>
    hooks
      // A hook that has just begun is not late.
      .filter(
        ({ hook, end, startedAtMs }) => end === undefined && ownsHook(hook, group) && nowMs - startedAtMs > GRACE_MS,
      )
      .map(({ hook, startedAtMs }) => ({
        kind: 'a hook is not released',
        what: `hook ${hook} of ${ec2InstanceId} is not released`,
        why: `since ${new Date(startedAtMs).toISOString()}; ${lifecycleState}; ${describeTasks(views, ec2InstanceId)}`,
        about: [ec2InstanceId],
      })),
  );
}

/** What begins by itself in a healthy fleet (a launch, a replacement) is given this long. */
const GRACE_MS = 10 * 60_000;

function describeTasks(views: Simulator['fleet']['views'], ec2InstanceId: string): string {
  const left = views.tasks().filter((task) => task.ec2InstanceId === ec2InstanceId && task.lastStatus !== 'STOPPED');
  return left.map(({ group, lastStatus }) => `${group} ${lastStatus}`).join(', ') || 'no tasks on it';
}

/** Dead-letter queues keep what could not be handled, with its reason: that is their purpose. */
function fullQueues({ messaging }: Simulator): Pending[] {
  const deadLetters = new Set(messaging.queues.all().map(({ settings }) => settings.redrive?.deadLetterTargetArn));
  return messaging.queues.all().flatMap((queue) => {
    if (deadLetters.has(queue.arn) || /dead/i.test(queue.name)) return [];
    const { visible, inFlight, delayed } = queue.measure();
    if (visible + inFlight + delayed === 0) return [];
    const why = `${visible} visible, ${inFlight} in flight, ${delayed} delayed`;
    return [{ kind: 'a queue is not empty', what: `queue ${queue.name} is not empty`, why, about: [queue.name] }];
  });
}

/** What was repaired is remembered for an hour, so that the limit holds: nothing waits for its end. */
function isCountingRepairs(phase: string | undefined, id: string): boolean {
  return phase === 'counting' && id.startsWith('repairs#');
}

const SPARED_AFTER_MINUTES: Readonly<Record<string, number>> = { spot: 10, rebalance: 60, 'scheduled change': 120 };

/**
 * Until when a record of an instance that runs may say that AWS is to take it: that long after it was to come, an
 * interruption counts as one that never comes (docs/behaviour.md, Interruptions). 0 for all other records.
 *
 * @param isCalledOff whether AWS has told that it does not take the instance
 */
function expectsAwsUntilMs({ kind, actions, interruption, startsAtMs }: Item, isCalledOff: boolean): number {
  if (kind?.S === 'scheduled-change') return isCalledOff ? 0 : Number(startsAtMs?.N ?? 0) + 120 * 60_000;
  if (interruption?.M === undefined || (actions?.L ?? []).length > 0) return 0;
  const { cause, atMs, expectedAtMs } = interruption.M;
  if (isCalledOff && cause?.S === 'scheduled change') return 0;
  return Number((expectedAtMs ?? atMs)?.N) + (SPARED_AFTER_MINUTES[cause?.S ?? ''] ?? 0) * 60_000;
}

/** The only look into Ebbtide's own record: whether it takes something for unfinished although nothing is. */
function openIncidents(
  { messaging, kernel, fleet: { views } }: Simulator,
  { leftToOthers, isHeard }: { readonly leftToOthers: ReadonlySet<string>; readonly isHeard: boolean },
): Pending[] {
  const nowMs = kernel.clock.now();
  const states = new Map(views.groupInstances().map((one) => [one.ec2InstanceId, one.lifecycleState]));
  /** ECS's own hook waits up to 48 hours for tasks that no agent reports any more: until then nothing is over there. */
  const heldByEcs = new Set(
    views.groupInstances().flatMap(({ ec2InstanceId, hooks }) => {
      const isHeld = hooks.some(({ hook, end }) => hook.startsWith('ecs-managed-') && end === undefined);
      return isHeld ? [ec2InstanceId] : [];
    }),
  );
  const running = new Map(
    views.ec2Instances().flatMap((one) => (one.state === 'running' ? [[one.ec2InstanceId, one] as const] : [])),
  );
  /** An instance that rests in its warm pool is expected back: what is remembered of it is not late. */
  const rests = (id: string) => states.get(id)?.startsWith('Warmed:') === true;
  return [...messaging.tables.values()].flatMap((table) =>
    table
      .items(true)
      .all()
      .flatMap((item): Pending[] => {
        const text = (name: string) => item[name]?.S ?? '';
        if (item.open === undefined) return [];
        const up = running.get(text('ec2InstanceId'));
        const isCalledOff = up?.isToRetire === false && isHeard;
        const dueAtMs = Math.max(Number(item.openedAtMs?.N), up ? expectsAwsUntilMs(item, isCalledOff) : 0);
        if (nowMs - dueAtMs < GRACE_MS || rests(text('ec2InstanceId'))) return [];
        if (heldByEcs.has(text('ec2InstanceId'))) return [];
        if (isCountingRepairs(item.phase?.S, text('id'))) return [];
        if (leftToOthers.has(text('id').slice(text('id').indexOf('#') + 1))) return [];
        // Until somebody puts the tag right.
        if (item.kind?.S === 'configuration') return [];
        const phase = text('phase');
        const unsent = item.outbox?.L?.length ?? 0;
        const since = new Date(Number(item.openedAtMs?.N)).toISOString();
        return [
          {
            kind: `an incident is open: ${text('id').split('#')[0]}`,
            what: `incident ${text('id')} is open`,
            why: `${phase} since ${since}, ${unsent} alerts unsent`,
            about: [text('id'), text('ec2InstanceId')].filter((name) => name !== ''),
          },
        ];
      }),
  );
}
