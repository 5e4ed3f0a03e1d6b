import * as z from 'zod';
import type { Ec2InstanceId } from '../domain/model.ts';
import { clusterTagsSchema, common, heldActionSchema } from './common.ts';

/** One EC2 instance on its way into a cluster, until its agent has registered and connected. */
export const launchIncidentSchema = z.object({
  ...common,
  kind: z.literal('launch'),
  /** `told`: on-call knows that it has not arrived, and is told when it has. */
  phase: z.enum(['waiting', 'told', 'closed']),
  ec2InstanceId: z.string(),
  groupName: z.string(),
  /** The cluster that its group belongs to, as far as that is known. */
  clusterArn: z.string().optional(),
  /** What its tags said when the wait began: for when ECS does not answer, and they cannot be read. */
  clusterTags: clusterTagsSchema.optional(),
  /** The group's tag says so: in any other cluster the instance is wrong. */
  isCertain: z.boolean(),
  /** The launch hooks of ours that hold it; none in a group that has none, or once they are completed. */
  actions: z.array(heldActionSchema),
  /** Those that held it. */
  completed: z.array(heldActionSchema).default([]),
  /** When on-call is told, and the hooks are completed with the configured result: by the settings of the last look. */
  deadlineAtMs: z.number(),
  /** The latest that may be, whatever the settings: a little before the hook ends by itself. */
  hookEndsAtMs: z.number().optional(),
  /** When its hooks were completed although its agent was not there: it is in service since about then. */
  letInAtMs: z.number().optional(),
  /** When on-call was told that it is given up, right before its hooks are completed; and whether they are told of its end. */
  endTold: z.object({ atMs: z.number(), isOpen: z.boolean() }).optional(),
  /** When its group was last told to replace it: noted before it is, so that nobody else does so too. */
  replacedAtMs: z.number().optional(),
  /** When that was counted as a repair of its cluster: what is tried again is the same one. */
  countedAtMs: z.number().optional(),
});
export type LaunchIncident = z.infer<typeof launchIncidentSchema>;

type Launch = Pick<
  LaunchIncident,
  'ec2InstanceId' | 'groupName' | 'clusterArn' | 'isCertain' | 'actions' | 'deadlineAtMs' | 'hookEndsAtMs'
>;

/** The wait for an instance that has just been heard of. */
export function newLaunch(launch: Launch, nowMs: number): LaunchIncident {
  return {
    kind: 'launch',
    id: launchId(launch.ec2InstanceId),
    version: 0,
    phase: 'waiting',
    openedAtMs: nowMs,
    outbox: [],
    completed: [],
    ...launch,
  };
}

export function launchId(ec2InstanceId: Ec2InstanceId): string {
  return `launch#${ec2InstanceId}`;
}

export function isLaunchId(id: string): boolean {
  return id.startsWith('launch#');
}
