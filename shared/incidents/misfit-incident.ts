import * as z from 'zod';
import { common } from './common.ts';

/** A lifecycle hook that ends before the deadline that the operator set. On-call is told once for each such pair. */
export const misfitIncidentSchema = z.object({
  ...common,
  kind: z.literal('misfit'),
  phase: z.literal('closed'),
  clusterArn: z.string(),
  groupName: z.string(),
  hookName: z.string(),
});
export type MisfitIncident = z.infer<typeof misfitIncidentSchema>;
