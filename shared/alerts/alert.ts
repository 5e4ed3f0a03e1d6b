import * as z from 'zod';

/** What on-call is told. Kept with the incident until it is sent, so that a crash neither loses nor repeats it. */
export const alertSchema = z.object({
  /** The same for every delivery of the same alert: a receiver may use it to drop repeats. */
  id: z.string(),
  kind: z.enum([
    'drain',
    'disconnection',
    'launch',
    'interruption',
    'scheduled-change',
    'configuration',
    'outage',
    'summary',
  ]),
  state: z.enum(['opened', 'escalated', 'resolved', 'notice']),
  severity: z.enum(['info', 'warning', 'critical']),
  cluster: z.string(),
  subject: z.string(),
  body: z.string(),
});

export type Alert = z.infer<typeof alertSchema>;
