import * as z from 'zod';
import { common } from './common.ts';

/** A large part of a cluster is disconnected at once. While it is open, nothing is said or done about single instances there. */
export const outageIncidentSchema = z.object({
  ...common,
  kind: z.literal('outage'),
  phase: z.enum(['open', 'closed']),
  clusterArn: z.string(),
  /** The Availability Zones concerned; `all`: the whole cluster. */
  zones: z.union([z.literal('all'), z.array(z.string())]),
  /** The most that were away at once. */
  awayMax: z.number(),
  /** When the outages before it were over, by zone or for `all`: their clocks go on when this one is of other zones. */
  earlierEnds: z.record(z.string(), z.number()).optional(),
});
export type OutageIncident = z.infer<typeof outageIncidentSchema>;

/** What was repaired in a cluster within the last hour: each entry is written before the repair is made. */
export const repairsIncidentSchema = z.object({
  ...common,
  kind: z.literal('repairs'),
  phase: z.enum(['counting', 'limited', 'closed']),
  clusterArn: z.string(),
  repairedAtMs: z.array(z.number()),
  /** Since when repairs are held, while `limited`. */
  heldSinceMs: z.number().optional(),
  /** When a repair was last refused, while `limited`. */
  refusedAtMs: z.number().optional(),
});
export type RepairsIncident = z.infer<typeof repairsIncidentSchema>;

/** That a cluster's daily summary was made. Closed from the start. */
export const summaryIncidentSchema = z.object({
  ...common,
  kind: z.literal('summary'),
  clusterArn: z.string(),
});
export type SummaryIncident = z.infer<typeof summaryIncidentSchema>;

export function outageId(clusterArn: string): string {
  return `outage#${clusterArn}`;
}

export function repairsId(clusterArn: string): string {
  return `repairs#${clusterArn}`;
}

export function summaryId(clusterArn: string): string {
  return `summary#${clusterArn}`;
}
