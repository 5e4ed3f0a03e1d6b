import { FAULT_KINDS, type FaultKind } from '../../../cli/campaign/fault-mix.ts';
import type { Plan } from '../../../cli/campaign/plan.ts';
import type { Answer } from '../../../cli/campaign/worker.ts';

/** What a worker answers about a world of one virtual hour. */
export function answerOf(
  plan: Plan,
  { isPending, strikes = [] }: { readonly isPending?: string | undefined; readonly strikes?: readonly string[] } = {},
): Extract<Answer, { kind: 'played' }> {
  return {
    kind: 'played',
    cpuMs: 1_000,
    outcome: {
      plan,
      broken: [],
      pending: isPending === undefined ? [] : [{ kind: isPending, what: isPending, why: '', about: [], excerpt: [] }],
      checks: 10,
      pushed: [],
      faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
      strikes: strikes.map((name) => ({ name, kind: 'killed', atMs: 0 })),
      troubleMs: 0,
      virtualMs: 3_600_000,
      instanceHours: 5,
      calls: 100,
      alerts: 2,
      traceDigest: '',
    },
  };
}
