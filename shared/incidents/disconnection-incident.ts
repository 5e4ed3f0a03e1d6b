import * as z from 'zod';
import { common } from './common.ts';

/** A step of the ladder, recorded before it is taken: of two handlers only one takes it. */
const takenStepSchema = z.object({
  name: z.enum(['alert', 'restart', 'replace', 'deregister']),
  atMs: z.number(),
  /** Of Systems Manager, where the step is a command. */
  commandId: z.string().optional(),
  /** In words for on-call; absent while it is not known. */
  outcome: z.string().optional(),
});

/** One container instance whose agent is away, or whose health is impaired. Nobody has been told while it is `suspected`. */
export const disconnectionIncidentSchema = z.object({
  ...common,
  kind: z.literal('disconnection'),
  phase: z.enum(['suspected', 'alerted', 'closed']),
  containerInstanceArn: z.string(),
  clusterArn: z.string(),
  ec2InstanceId: z.string().optional(),
  /** Away, or impaired, without a break since then. */
  sinceMs: z.number(),
  /** The container instance's version at the last look: as long as it stays, nothing has happened in between. */
  instanceVersion: z.number().optional(),
  /** When the version moved after on-call was told: the agent may have been back in between. */
  awayAgainAtMs: z.number().optional(),
  /** Another cluster in which the agent of this very instance was found connected. */
  connectedIn: z.string().optional(),
  /** When it was last about to be deregistered by the ladder: who finds it gone can tell of the containers that run on. */
  deregisteringAtMs: z.number().optional(),
  steps: z.array(takenStepSchema).default([]),
});
export type DisconnectionIncident = z.infer<typeof disconnectionIncidentSchema>;
