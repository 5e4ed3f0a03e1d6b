import * as z from 'zod';
import { alertSchema } from '../alerts/alert.ts';

/** What every incident has. `version` counts the writes; see the store for how it keeps two handlers apart. */
export const common = {
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

export const registrationSchema = z.object({ arn: z.string(), clusterArn: z.string() });
export type Registration = z.infer<typeof registrationSchema>;

/** A lifecycle action that holds the instance, as far as Ebbtide owns its hook. */
export const heldActionSchema = z.object({
  ec2InstanceId: z.string(),
  groupName: z.string(),
  hookName: z.string(),
  token: z.string().optional(),
  startedAtMs: z.number(),
  heartbeatAtMs: z.number(),
  heartbeatTimeoutSeconds: z.number(),
});
export type HeldAction = z.infer<typeof heldActionSchema>;

/** The tags of a cluster that set policy, by their names, and when they were read. */
export const clusterTagsSchema = z.object({ tags: z.record(z.string(), z.string()), readAtMs: z.number() });
export type ClusterTags = z.infer<typeof clusterTagsSchema>;
