import { repairsLimitedAlert, repairsResumedAlert } from '../alerts/outage-alerts.ts';
import { commit } from '../alerts/publish.ts';
import type { Policy } from '../config/settings.ts';
import { SWEEP_PERIOD_MS } from '../domain/lifecycle.ts';
import type { ClusterArn } from '../domain/model.ts';
import { type RepairsIncident, repairsId } from '../incidents/outage-incident.ts';
import type { Runtime } from '../runtime.ts';

const HOUR_MS = 3_600_000;

/**
 * Claims one of the repairs that a cluster is allowed within the hour. The first one that is refused tells on-call.
 *
 * @returns whether the repair may be made
 */
export async function claimRepair(runtime: Runtime, clusterArn: ClusterArn, policy: Policy): Promise<boolean> {
  const id = repairsId(clusterArn);
  const stored = (await runtime.incidents.getMany([id])).get(id);
  const previous = stored?.kind === 'repairs' ? stored : undefined;
  const open = previous?.phase === 'closed' ? undefined : previous;
  const nowMs = runtime.now();
  const repairedAtMs = withinTheHour(open, nowMs);
  const common = { kind: 'repairs', id, version: 0, clusterArn, openedAtMs: open?.openedAtMs ?? nowMs } as const;
  const outbox = open?.outbox ?? [];
  // Without it the next sweep would take an alert that is just being sent for one that was left behind.
  const outboxAtMs = open?.outboxAtMs;
  if (repairedAtMs.length < policy.repairsPerHourMax) {
    const phase: RepairsIncident['phase'] = open?.phase ?? 'counting';
    const held = { heldSinceMs: open?.heldSinceMs, refusedAtMs: open?.refusedAtMs };
    const next = { ...common, ...held, phase, outbox, outboxAtMs, repairedAtMs: [...repairedAtMs, nowMs] };
    return (await commit(runtime, next, previous)) !== undefined;
  }
  const isTold = open?.phase === 'limited';
  const heldSinceMs = isTold ? open.heldSinceMs : nowMs;
  const alerts = isTold ? [] : [repairsLimitedAlert(clusterArn, { repairs: repairedAtMs.length, heldSinceMs: nowMs })];
  const refused = { ...common, phase: 'limited', heldSinceMs, repairedAtMs, refusedAtMs: nowMs } as const;
  await commit(runtime, { ...refused, outbox: [...outbox, ...alerts], outboxAtMs }, previous);
  return false;
}

/** A repair that waits is asked for in each sweep: after two without, none waits. */
const NOBODY_WAITS_AFTER_MS = 2 * SWEEP_PERIOD_MS;

/** Ends the counting, and tells on-call when no repair is held any more. */
export async function reviewRepairs(runtime: Runtime, incident: RepairsIncident): Promise<void> {
  const nowMs = runtime.now();
  const repairedAtMs = withinTheHour(incident, nowMs);
  const isOver = incident.phase === 'limited' && nowMs - (incident.refusedAtMs ?? 0) >= NOBODY_WAITS_AFTER_MS;
  if (!isOver && repairedAtMs.length > 0) return;
  const outbox = isOver ? [...incident.outbox, repairsResumedAlert(incident, nowMs)] : incident.outbox;
  if (repairedAtMs.length > 0) {
    await commit(runtime, { ...incident, phase: 'counting', repairedAtMs, outbox }, incident);
  } else {
    const outcome = incident.phase === 'limited' ? 'resumed' : 'momentary';
    await commit(runtime, { ...incident, phase: 'closed', closedAtMs: nowMs, outcome, repairedAtMs, outbox }, incident);
  }
}

function withinTheHour(incident: RepairsIncident | undefined, nowMs: number): number[] {
  return (incident?.repairedAtMs ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
}
