import * as z from 'zod';
import { alertSchema } from '../alerts/alert.ts';
import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';

/** What every incident has. `version` counts the writes; see the store for how it keeps two handlers apart. */
const common = {
  id: z.string(),
  version: z.number(),
  openedAtMs: z.number(),
  closedAtMs: z.number().optional(),
  /** How it ended, in one word that the log and the metrics share. */
  outcome: z.string().optional(),
  /** Alerts decided on but not yet known to be sent. */
  outbox: z.array(alertSchema).default([]),
  /** When the last of them was put there. */
  outboxAtMs: z.number().optional(),
};

const registrationSchema = z.object({ arn: z.string(), clusterArn: z.string() });
export type Registration = z.infer<typeof registrationSchema>;

/** A lifecycle action that holds the instance, as far as Ebbtide owns its hook. */
const heldActionSchema = z.object({
  ec2InstanceId: z.string(),
  groupName: z.string(),
  hookName: z.string(),
  token: z.string().optional(),
  startedAtMs: z.number(),
  heartbeatAtMs: z.number(),
  heartbeatTimeoutSeconds: z.number(),
});
export type HeldAction = z.infer<typeof heldActionSchema>;

/** One EC2 instance being emptied, from the hook that asked for it to the end that the instance came to. */
export const drainIncidentSchema = z.object({
  ...common,
  kind: z.literal('drain'),
  /** `returning`: the hook is completed, but the instance lives on and is still marked DRAINING. */
  phase: z.enum(['draining', 'returning', 'closed']),
  destination: z.enum(['termination', 'warm-pool', 'root-volume']),
  ec2InstanceId: z.string(),
  /** The first is the one the incident is filed under: the registration that has, or last had, a live agent. */
  registrations: z.tuple([registrationSchema], registrationSchema),
  actions: z.array(heldActionSchema),
  deadlineAtMs: z.number(),
  /** Since when the agent has been seen disconnected, while it is. */
  lostContactAtMs: z.number().optional(),
  /** Since when only tasks that nothing waits for are left. */
  unblockedAtMs: z.number().optional(),
  /** When on-call was told that nothing moves. */
  stalledAtMs: z.number().optional(),
  /** When on-call was told how it ends: right before it does. */
  endToldAtMs: z.number().optional(),
});
export type DrainIncident = z.infer<typeof drainIncidentSchema>;

/** One container instance whose agent is away. Nobody has been told while it is `suspected`. */
export const disconnectionIncidentSchema = z.object({
  ...common,
  kind: z.literal('disconnection'),
  phase: z.enum(['suspected', 'alerted', 'closed']),
  containerInstanceArn: z.string(),
  clusterArn: z.string(),
  ec2InstanceId: z.string().optional(),
  /** Disconnected without a break since then. */
  sinceMs: z.number(),
  /** The container instance's version at the last look: as long as it stays, nothing has happened in between. */
  instanceVersion: z.number().optional(),
});
export type DisconnectionIncident = z.infer<typeof disconnectionIncidentSchema>;

export const incidentSchema = z.discriminatedUnion('kind', [drainIncidentSchema, disconnectionIncidentSchema]);
export type Incident = z.infer<typeof incidentSchema>;

export function drainId(arn: ContainerInstanceArn): string {
  return `drain#${arn}`;
}

export function disconnectionId(arn: ContainerInstanceArn): string {
  return `disconnection#${arn}`;
}

/** The cluster whose policy holds for an incident, and whose people are told. */
export function clusterOf(incident: Incident): ClusterArn {
  return incident.kind === 'drain' ? incident.registrations[0].clusterArn : incident.clusterArn;
}
