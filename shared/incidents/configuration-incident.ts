import * as z from 'zod';
import { common } from './common.ts';

/** The tags of a cluster ask for something that cannot be. The stack's values are in force in their place. */
export const configurationIncidentSchema = z.object({
  ...common,
  kind: z.literal('configuration'),
  phase: z.enum(['open', 'closed']),
  clusterArn: z.string(),
  /** A line each: the tag, its value, what is allowed. */
  problems: z.array(z.string()),
});
export type ConfigurationIncident = z.infer<typeof configurationIncidentSchema>;

export function configurationId(clusterArn: string): string {
  return `configuration#${clusterArn}`;
}
