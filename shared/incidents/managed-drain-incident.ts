import * as z from 'zod';
import { common, registrationSchema } from './common.ts';

/**
 * One EC2 instance that ECS drains by itself (managed termination draining) and no hook of ours holds: watched, so that
 * on-call learns why it is stuck, and never touched.
 */
export const managedDrainIncidentSchema = z.object({
  ...common,
  kind: z.literal('managed-drain'),
  phase: z.enum(['watching', 'closed']),
  ec2InstanceId: z.string(),
  groupName: z.string(),
  clusterArn: z.string(),
  registrations: z.tuple([registrationSchema], registrationSchema),
  /** Which hooks were Ebbtide's when none of them held the instance: another setting may make one of them so. */
  ownHooks: z.array(z.string()).optional(),
  /** When on-call was told that nothing moves. */
  stalledAtMs: z.number().optional(),
});
export type ManagedDrainIncident = z.infer<typeof managedDrainIncidentSchema>;

export function managedDrainId(containerInstanceArn: string): string {
  return `managed-drain#${containerInstanceArn}`;
}
