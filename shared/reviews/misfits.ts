import type { Alert } from '../alerts/alert.ts';
import { commit } from '../alerts/publish.ts';
import { duration, sections, toSubject } from '../alerts/text.ts';
import { clusterName } from '../domain/arns.ts';
import { findMisfit, type Misfit } from '../domain/misfit.ts';
import type { ClusterArn, LifecycleHook } from '../domain/model.ts';
import type { MisfitIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';

/** A deadline that a hook is to live to see. */
export interface Wanted {
  readonly clusterArn: ClusterArn;
  readonly setting: 'drainDeadlineMinutes' | 'launchDeadlineMinutes';
  readonly minutes: number;
}

/** Found here before: saves asking the table. */
const told = new Set<string>();

/** Warns on-call, once for each pair of a hook and a deadline, that the hook ends before the deadline. */
export async function warnOfMisfit(runtime: Runtime, hook: LifecycleHook | undefined, wanted: Wanted): Promise<void> {
  const misfit = hook && findMisfit(hook, wanted.minutes);
  if (hook === undefined || misfit === undefined) return;
  const id = `misfit#${hook.groupName}/${hook.name}#${hook.globalTimeoutSeconds}#${wanted.minutes}`;
  if (told.has(id)) return;
  const alert = misfitAlert(id, hook, { ...wanted, misfit });
  runtime.logger.warn('hook ends before the deadline', { hook, ...wanted, misfit });
  const nowMs = runtime.now();
  const incident: MisfitIncident = {
    kind: 'misfit',
    id,
    version: 0,
    phase: 'closed',
    openedAtMs: nowMs,
    closedAtMs: nowMs,
    outcome: 'told',
    clusterArn: wanted.clusterArn,
    groupName: hook.groupName,
    hookName: hook.name,
    outbox: [alert],
  };
  await commit(runtime, incident, undefined);
  told.add(id);
}

function misfitAlert(
  id: string,
  { name, groupName, heartbeatTimeoutSeconds, globalTimeoutSeconds }: LifecycleHook,
  { clusterArn, setting, minutes, misfit }: Wanted & { readonly misfit: Misfit },
): Alert {
  const cluster = clusterName(clusterArn);
  const { heartbeatTimeoutSecondsMin: needed, endsAfterMinutes } = misfit;
  const raise = needed === undefined ? '' : `Raise the hook's HeartbeatTimeout to at least ${needed} s, or lower`;
  return {
    id,
    kind: 'configuration',
    state: 'notice',
    severity: 'warning',
    cluster,
    subject: toSubject(`[${cluster}] Hook ${name} of ${groupName} ends before ${setting}`),
    body: sections({
      What: `The lifecycle hook ends after ${duration(globalTimeoutSeconds * 1_000)} whatever the heartbeats (100 times its heartbeat timeout of ${heartbeatTimeoutSeconds} s, 48 h at most), and ${setting} is ${minutes}.`,
      Where: `hook ${name} of Auto Scaling group ${groupName}, cluster ${cluster}`,
      Done: `The deadline there is ${endsAfterMinutes} min, so that the hook is completed before it ends by itself.`,
      Next: `${raise || 'Lower'} ${setting} to ${endsAfterMinutes}. Told once for these values.`,
    }),
  };
}
