/** What Ebbtide tells the world about its incidents, and when: see docs/events.md. Pure. */
import * as z from 'zod';
import type { Incident, Registration } from './incident.ts';

const instantSchema = z.iso.datetime();

/** An incident as others see it: nothing here changes with Ebbtide's own bookkeeping, and nothing is a secret. */
const publicIncidentSchema = z.object({
  id: z.string().describe('The same in all events of one incident, and in no others.'),
  kind: z
    .enum(['drain', 'managed-drain', 'scheduled-change', 'disconnection', 'launch', 'outage', 'configuration'])
    .describe('What is the matter. New kinds may be added.'),
  state: z.enum(['open', 'closed']),
  phase: z.string().describe('How far it has come; the phases depend on the kind.'),
  outcome: z.string().optional().describe('How it ended, or is about to end.'),
  openedAt: instantSchema,
  closedAt: instantSchema.optional(),
  clusterArn: z.string().optional().describe('Missing only where an instance has not registered in any cluster.'),
  ec2InstanceId: z.string().optional().describe('`i-...`, or `mi-...` for an external instance.'),
  containerInstanceArns: z.array(z.string()).describe('The registrations concerned.'),
  autoScalingGroupName: z.string().optional(),
  since: instantSchema.optional().describe('Disconnection: when it began, which is before it was opened.'),
  deadlineAt: instantSchema.optional().describe('Drain, launch: when Ebbtide stops waiting.'),
  stalledAt: instantSchema.optional().describe('Drain, managed drain: when on-call was told that nothing moves.'),
  destination: z.string().optional().describe('Drain: termination, warm-pool or root-volume.'),
  cause: z.string().optional().describe('Drain: the interruption that AWS announced, where there was one.'),
  lifecycleHooks: z.array(z.string()).optional().describe('Drain, launch: the hooks that hold the instance.'),
  steps: z
    .array(z.object({ name: z.string(), at: instantSchema, outcome: z.string().optional() }))
    .optional()
    .describe('Disconnection: what has been done so far.'),
  zones: z
    .array(z.string())
    .optional()
    .describe('Outage: the Availability Zones concerned; `all` for the whole cluster.'),
  startsAt: instantSchema.optional().describe('Scheduled change: when AWS begins; missing where AWS does not say.'),
  typeCode: z.string().optional().describe('Scheduled change: its type as AWS Health names it.'),
  problems: z.array(z.string()).optional().describe('Configuration: what is wrong with the tags of the cluster.'),
});
export type PublicIncident = z.infer<typeof publicIncidentSchema>;

/** The `detail` of an event. */
export const incidentEventSchema = z.object({
  version: z.literal('1').describe('Of this schema. Fields may be added without a new version.'),
  revision: z.int().describe('Rises with each event of an incident: tells a late or repeated event from a newer one.'),
  change: z.enum(['opened', 'changed', 'closed']),
  changed: z.array(z.string()).describe('The fields of the incident that are not as in the event before.'),
  incident: publicIncidentSchema,
});
export type IncidentEventDetail = z.infer<typeof incidentEventSchema>;

/**
 * The events that one write of an incident gives rise to, in their order.
 *
 * A write that changes nothing in public gives none. Neither does an incident that on-call was never told of and that
 * came to nothing: an agent that was away for a moment, an instance that arrived in time.
 *
 * @param before what was stored; another incident when a closed one gave way to this
 */
export function changesOf(before: Incident | undefined, after: Incident): IncidentEventDetail[] {
  const next = publish(after);
  if (next === undefined) return [];
  const earlier = before?.openedAtMs === after.openedAtMs ? before : undefined;
  const previous = earlier && isOpenlyKnown(earlier) ? publish(earlier) : undefined;
  const isClosed = next.state === 'closed';
  if (previous === undefined && !(isClosed ? cameToSomething(after) : isOpenlyKnown(after))) return [];
  const changed = differences(previous, next);
  if (changed.length === 0) return [];
  const changes: IncidentEventDetail['change'][] =
    previous === undefined ? ['opened', ...(isClosed ? (['closed'] as const) : [])] : [isClosed ? 'closed' : 'changed'];
  if (previous?.state === 'closed') changes.splice(0, 1, 'changed');
  return changes.map((change) => ({ version: '1', revision: after.version, change, changed, incident: next }));
}

/** Suspicions, and instances that are on their way and not late, are nobody's business yet. */
function isOpenlyKnown(incident: Incident): boolean {
  if (incident.kind === 'launch' && incident.endTold !== undefined) return true;
  return !('phase' in incident) || (incident.phase !== 'suspected' && incident.phase !== 'waiting');
}

/** Whether a closed incident that was never openly known is worth an event all the same. */
function cameToSomething({ id, kind, openedAtMs, outcome, outbox }: Incident): boolean {
  // The outbox may still have alerts of the incident that this one took the place of.
  const isTold = outbox.some((alert) => alert.id.startsWith(`${id}#${openedAtMs}#`));
  return isTold || (kind !== 'launch' && outcome !== 'momentary');
}

function differences(previous: PublicIncident | undefined, next: PublicIncident): string[] {
  const names = Object.keys(publicIncidentSchema.shape) as (keyof PublicIncident)[];
  return names.filter((name) => JSON.stringify(previous?.[name]) !== JSON.stringify(next[name]));
}

/** Undefined for what is filed like an incident and is none: counters and notes of Ebbtide's own. */
function publish(incident: Incident): PublicIncident | undefined {
  const special = publishSpecial(incident);
  if (special === undefined) return undefined;
  const { id, openedAtMs, closedAtMs, outcome } = incident;
  const fields = {
    id: `${id}#${instant(openedAtMs)}`,
    state: closedAtMs === undefined ? 'open' : 'closed',
    outcome,
    openedAt: instant(openedAtMs),
    closedAt: closedAtMs === undefined ? undefined : instant(closedAtMs),
    ...special,
  };
  return publicIncidentSchema.parse(fields);
}

type Special = { readonly [Name in keyof PublicIncident]?: PublicIncident[Name] | undefined };

function publishSpecial(incident: Incident): Special | undefined {
  switch (incident.kind) {
    case 'drain': {
      const { kind, phase, destination, ec2InstanceId, registrations, actions, interruption } = incident;
      return {
        kind,
        phase,
        destination,
        ec2InstanceId,
        ...publishRegistrations(registrations),
        autoScalingGroupName: actions[0]?.groupName ?? interruption?.groupName,
        lifecycleHooks: actions.map(({ hookName }) => hookName),
        cause: interruption?.cause,
        deadlineAt: instant(incident.deadlineAtMs),
        stalledAt: optionalInstant(incident.stalledAtMs),
      };
    }
    case 'managed-drain': {
      const { kind, phase, ec2InstanceId, registrations, groupName, stalledAtMs } = incident;
      return {
        kind,
        phase,
        ec2InstanceId,
        ...publishRegistrations(registrations),
        autoScalingGroupName: groupName,
        stalledAt: optionalInstant(stalledAtMs),
      };
    }
    case 'scheduled-change': {
      const { kind, phase, clusterArn, containerInstanceArn, ec2InstanceId, typeCode, startsAtMs } = incident;
      const containerInstanceArns = [containerInstanceArn];
      const startsAt = optionalInstant(startsAtMs);
      return { kind, phase, clusterArn, ec2InstanceId, containerInstanceArns, typeCode, startsAt };
    }
    case 'disconnection': {
      const { kind, phase, clusterArn, containerInstanceArn, ec2InstanceId, sinceMs, steps } = incident;
      return {
        kind,
        phase,
        clusterArn,
        ec2InstanceId,
        containerInstanceArns: [containerInstanceArn],
        since: instant(sinceMs),
        steps: steps.map(({ name, atMs, outcome }) => ({ name, at: instant(atMs), outcome })),
      };
    }
    case 'launch': {
      const { kind, phase, clusterArn, ec2InstanceId, groupName, actions, deadlineAtMs } = incident;
      return {
        kind,
        phase,
        clusterArn,
        ec2InstanceId,
        containerInstanceArns: [],
        autoScalingGroupName: groupName,
        lifecycleHooks: actions.map(({ hookName }) => hookName),
        deadlineAt: instant(deadlineAtMs),
      };
    }
    case 'outage': {
      const { kind, phase, clusterArn, zones } = incident;
      return { kind, phase, clusterArn, containerInstanceArns: [], zones: zones === 'all' ? ['all'] : zones };
    }
    case 'configuration': {
      const { kind, phase, clusterArn, problems } = incident;
      return { kind, phase, clusterArn, containerInstanceArns: [], problems };
    }
    case 'repairs':
    case 'summary':
    case 'misfit':
      return undefined;
  }
}

function publishRegistrations(registrations: readonly [Registration, ...Registration[]]): Special {
  return {
    clusterArn: registrations[0].clusterArn,
    containerInstanceArns: registrations.map(({ arn }) => arn),
  };
}

function optionalInstant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : instant(ms);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
