import * as z from 'zod';
import type { ClusterArn, ContainerInstanceArn } from '../domain/model.ts';
import { clusterTagsSchema, common, heldActionSchema, registrationSchema } from './common.ts';
import { configurationIncidentSchema } from './configuration-incident.ts';
import { disconnectionIncidentSchema } from './disconnection-incident.ts';
import { interruptionSchema, replacementSchema } from './interruption.ts';
import { type LaunchIncident, launchIncidentSchema } from './launch-incident.ts';
import { managedDrainIncidentSchema } from './managed-drain-incident.ts';
import { misfitIncidentSchema } from './misfit-incident.ts';
import { outageIncidentSchema, repairsIncidentSchema, summaryIncidentSchema } from './outage-incident.ts';
import { scheduledChangeIncidentSchema } from './scheduled-change-incident.ts';

export type { HeldAction, Registration } from './common.ts';
export type { ConfigurationIncident } from './configuration-incident.ts';
export type { DisconnectionIncident } from './disconnection-incident.ts';
export type { Interruption, Replacement } from './interruption.ts';
export type { LaunchIncident } from './launch-incident.ts';
export type { ManagedDrainIncident } from './managed-drain-incident.ts';
export type { MisfitIncident } from './misfit-incident.ts';
export type { OutageIncident, RepairsIncident, SummaryIncident } from './outage-incident.ts';
export type { ScheduledChangeIncident } from './scheduled-change-incident.ts';

/** The agent of a draining instance has been seen disconnected, for as long as that goes on without a break. */
const lostContactSchema = z.object({
  atMs: z.number(),
  /** Of the registrations without an agent, added up: whatever happens to one of them raises it. */
  versions: z.number(),
});
export type LostContact = z.infer<typeof lostContactSchema>;

/**
 * One EC2 instance being emptied, from the hook or the interruption that asked for it to the end that the instance came
 * to. Without a hook it has no actions; a hook that comes later joins.
 */
export const drainIncidentSchema = z.object({
  ...common,
  kind: z.literal('drain'),
  /** `returning`: the hook is completed, but the instance lives on and is still marked DRAINING. */
  phase: z.enum(['draining', 'returning', 'closed']),
  destination: z.enum(['termination', 'warm-pool', 'root-volume']),
  ec2InstanceId: z.string(),
  /** The first is the one the incident is filed under: the registration that has, or last had, a live agent. */
  registrations: z.tuple([registrationSchema], registrationSchema),
  /** What its cluster's tags said when it began: for when ECS does not answer, and they cannot be read. */
  clusterTags: clusterTagsSchema.optional(),
  actions: z.array(heldActionSchema),
  interruption: interruptionSchema.optional(),
  replacement: replacementSchema.optional(),
  /** When it is over, tasks or not: by the settings of the last look. */
  deadlineAtMs: z.number(),
  /** The latest that may be, whatever the settings: a little before the hook ends by itself. */
  hookEndsAtMs: z.number().optional(),
  lostContact: lostContactSchema.optional(),
  /** Since when only tasks that nothing waits for are left. */
  unblockedAtMs: z.number().optional(),
  /** When on-call was told that nothing moves. */
  stalledAtMs: z.number().optional(),
  /** When on-call was told how it ends: right before it does. */
  endToldAtMs: z.number().optional(),
});
export type DrainIncident = z.infer<typeof drainIncidentSchema>;

export const incidentSchema = z.discriminatedUnion('kind', [
  drainIncidentSchema,
  disconnectionIncidentSchema,
  launchIncidentSchema,
  scheduledChangeIncidentSchema,
  outageIncidentSchema,
  repairsIncidentSchema,
  summaryIncidentSchema,
  configurationIncidentSchema,
  managedDrainIncidentSchema,
  misfitIncidentSchema,
]);
export type Incident = z.infer<typeof incidentSchema>;

export function drainId(arn: ContainerInstanceArn): string {
  return `drain#${arn}`;
}

export function disconnectionId(arn: ContainerInstanceArn): string {
  return `disconnection#${arn}`;
}

/** The cluster whose policy holds for an incident, and whose people are told. */
export function clusterOf(incident: Exclude<Incident, LaunchIncident>): ClusterArn {
  return incident.kind === 'drain' ? incident.registrations[0].clusterArn : incident.clusterArn;
}
