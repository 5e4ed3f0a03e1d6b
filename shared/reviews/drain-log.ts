import type { DrainDecision, DrainObservation } from '../domain/drain.ts';
import type { EcsService, Task } from '../domain/model.ts';
import { explain, NOTHING_READ, type Surroundings } from '../domain/stuck.ts';
import type { DrainIncident } from '../incidents/incident.ts';

/** What decisions need, and what explains them besides. */
export interface Seen extends DrainObservation {
  readonly services?: ReadonlyMap<string, EcsService> | undefined;
}

/**
 * The tasks of a slow drain are not looked at every time. Its log lines explain those of the last look, here in this
 * environment, instead: what blocks for long changes slowly.
 */
const lastLooks = new Map<string, Look>();
/** More drains than are slow at once; those that others have ended fall out in the end. */
const LOOKS_MAX = 500;

interface Look {
  readonly blocking: readonly Task[];
  readonly seen: Seen;
  readonly atMs: number;
}

function noteLook(id: string, look: Look): void {
  lastLooks.delete(id);
  lastLooks.set(id, look);
  for (const oldest of lastLooks.keys()) {
    if (lastLooks.size <= LOOKS_MAX) return;
    lastLooks.delete(oldest);
  }
}

/** What a look is logged with. What was read for the decision explains it; an alert reads more (`explainBlocking`). */
export function describe(
  incident: DrainIncident,
  decision: DrainDecision,
  { seen, nowMs }: { readonly seen: Seen; readonly nowMs: number },
): Record<string, unknown> {
  const tasks = decision.kind === 'wait' ? decision.blocking : decision.kind === 'release' ? decision.remaining : [];
  if (decision.kind === 'wait' && tasks !== undefined) noteLook(incident.id, { blocking: tasks, seen, atMs: nowMs });
  return {
    incident: incident.id,
    ec2InstanceId: incident.ec2InstanceId,
    decision: decision.kind,
    ...('reason' in decision && { reason: decision.reason, result: decision.result }),
    ...('outcome' in decision && { outcome: decision.outcome }),
    ...explanation(incident, tasks, { seen, nowMs }),
  };
}

function explanation(
  { id }: DrainIncident,
  tasks: readonly Task[] | undefined,
  { seen, nowMs }: { readonly seen: Seen; readonly nowMs: number },
): Record<string, unknown> {
  if (tasks !== undefined) return { blocking: explain(tasks, surroundings(seen), nowMs) };
  const last = lastLooks.get(id);
  if (last === undefined) return {};
  const { services } = last.seen;
  const blocking = explain(last.blocking, surroundings({ ...seen, services }), nowMs);
  return { blocking, blockingAsOf: new Date(last.atMs).toISOString() };
}

function surroundings({ instances, services }: Seen): Surroundings {
  const isAgentConnected = instances === undefined || instances.some((instance) => instance.agentConnected);
  return { ...NOTHING_READ, ...(services && { services }), isAgentConnected };
}
