import * as z from 'zod';

/** What AWS announced: it takes the instance away, or may, whether or not a hook holds it. */
export const interruptionSchema = z.object({
  cause: z.enum(['spot', 'rebalance', 'scheduled change']),
  atMs: z.number(),
  /** Undefined: at some time, or never. */
  expectedAtMs: z.number().optional(),
  groupName: z.string().optional(),
  /** Somebody else had set it DRAINING before: it is not for Ebbtide to make it ACTIVE again. */
  wasDraining: z.boolean(),
  /** When AWS said that it will not come. */
  calledOffAtMs: z.number().optional(),
  /** When on-call was told that the interruption did not come. */
  sparedToldAtMs: z.number().optional(),
});
export type Interruption = z.infer<typeof interruptionSchema>;

/** The group is to replace the instance. */
export const replacementSchema = z.object({
  /** `at once`: a hook of Ebbtide's holds the instance until it is drained; without one it has to be drained before. */
  when: z.enum(['at once', 'drained']),
  /** Noted before the group is told, so that of several handlers one tells it. */
  claimedAtMs: z.number().optional(),
});
export type Replacement = z.infer<typeof replacementSchema>;
