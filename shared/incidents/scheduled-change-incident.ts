import * as z from 'zod';
import type { Ec2InstanceId } from '../domain/model.ts';
import { common } from './common.ts';

/** One change, as AWS Health has last told of it. */
const announced = {
  /** Of AWS Health: the same in every event about this change. */
  eventArn: z.string(),
  typeCode: z.string(),
  /** Undefined where AWS does not say: then it may be any moment. */
  startsAtMs: z.number().optional(),
  /** When AWS Health last updated it: what it said before may come later. */
  updatedAtMs: z.number().optional(),
};

/** AWS is going to retire, stop or reboot an instance, days from now. */
export const scheduledChangeIncidentSchema = z.object({
  ...common,
  kind: z.literal('scheduled-change'),
  /** `leaving`: its drain has begun. */
  phase: z.enum(['announced', 'leaving', 'closed']),
  ec2InstanceId: z.string(),
  containerInstanceArn: z.string(),
  clusterArn: z.string(),
  ...announced,
  /** When AWS last put it at another time. */
  movedAtMs: z.number().optional(),
  /** Another change of the instance, which comes later: this one's end may leave it to come. */
  next: z.object(announced).optional(),
});
export type ScheduledChangeIncident = z.infer<typeof scheduledChangeIncidentSchema>;

export function scheduledChangeId(ec2InstanceId: Ec2InstanceId): string {
  return `scheduled-change#${ec2InstanceId}`;
}
