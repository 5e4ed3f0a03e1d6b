import { PublishCommand } from '@aws-sdk/client-sns';
import { clusterOf, type Incident } from '../incidents/incident.ts';
import type { Saved } from '../incidents/store.ts';
import type { Runtime } from '../runtime.ts';
import type { Alert } from './alert.ts';
import { mergeFloods } from './floods.ts';
import { formatMessage } from './format.ts';
import { toSubject } from './text.ts';

/** An alert that is written down with its incident and is still to be sent. */
export interface Unsent {
  readonly incidentId: string;
  readonly alert: Alert;
}

/**
 * Writes an incident. If this handler is the one that got to write it, the alerts that the write added are its to send,
 * which it does at the end, all together (`sendAlerts`).
 *
 * An alert is written before it is sent and taken out afterwards. So of several handlers only one sends it, and one
 * that dies in between leaves it for the sweep (`resendAbandoned`).
 *
 * @returns the incident as it is stored now; undefined when somebody else wrote first: what they did stands, and the
 * next look starts from it
 */
export async function commit(
  runtime: Runtime,
  next: Incident,
  previous: Incident | undefined,
): Promise<Incident | undefined> {
  const before = new Set(previous?.outbox.map(({ id }) => id));
  const isAdded = ({ id }: Alert) => !before.has(id);
  const mark = isObserved(runtime, next) ? markObserved : (alert: Alert) => alert;
  const outbox = next.outbox.map((alert) => (isAdded(alert) ? mark(alert) : alert));
  const added = outbox.filter(isAdded);
  const stamped = added.length === 0 ? next : { ...next, outbox, outboxAtMs: runtime.now() };
  const saved = await runtime.incidents.save(stamped, previous);
  if (saved.kind === 'conflict') {
    runtime.logger.info('incident changed meanwhile', { incident: next.id });
    return undefined;
  }
  const waiting = othersWaitingFirst(runtime, previous);
  const mine = added.filter(({ id }) => !waiting.has(incidentOf(id)));
  runtime.unsent.push(...mine.map((alert) => ({ incidentId: next.id, alert })));
  return saved.incident;
}

/**
 * The incidents of which alerts were written before, by functions that may be sending them, or have died. What comes
 * after such an alert is left to the sweep, which sends them in their order: nobody is told that something is stuck after
 * it was told that it is over.
 */
function othersWaitingFirst({ unsent }: Runtime, previous: Incident | undefined): Set<string> {
  const mine = new Set(unsent.map(({ alert }) => alert.id));
  const others = previous?.outbox.filter(({ id }) => !mine.has(id)) ?? [];
  return new Set(others.map(({ id }) => incidentOf(id)));
}

/** An incident may have the outbox of the one that it took the place of. */
function incidentOf(alertId: string): string {
  return alertId.slice(0, alertId.lastIndexOf('#'));
}

/** The policy has been read a moment ago, by whoever decided on the alert; or it is the one that the incident keeps. */
function isObserved({ policies, config }: Runtime, incident: Incident): boolean {
  const clusterArn = incident.kind === 'launch' ? incident.clusterArn : clusterOf(incident);
  const kept = 'clusterTags' in incident ? incident.clusterTags : undefined;
  return (clusterArn === undefined ? config.policy : policies.known(clusterArn, kept)).mode === 'observe';
}

/** Whatever an alert says, nobody should take it that Ebbtide has done something. */
function markObserved(alert: Alert): Alert {
  return {
    ...alert,
    subject: toSubject(`[observe] ${alert.subject}`),
    body: `${alert.body}\nMode: observe. Ebbtide has changed nothing: it only reports what it sees and would have done.`,
  };
}

/** An alert still unsent after this long belongs to a function that died: none is allowed to run as long. */
const ABANDONED_AFTER_MS = 120_000;

/** Takes over what a function that died has left behind, unless somebody else is at it. */
export async function resendAbandoned(runtime: Runtime, incident: Incident): Promise<void> {
  if (incident.outbox.length === 0 || runtime.now() - (incident.outboxAtMs ?? 0) < ABANDONED_AFTER_MS) return;
  const saved = await runtime.incidents.save({ ...incident, outboxAtMs: runtime.now() }, incident);
  if (saved.kind === 'conflict') return;
  runtime.unsent.push(...incident.outbox.map((alert) => ({ incidentId: incident.id, alert })));
}

/**
 * Sends the alerts of this invocation; many of the same kind in one cluster become one message. Should it fail, the
 * alerts are still with their incidents, and the sweep sends them.
 *
 * @param limit ends it while the function has the time to say so
 * @throws what SNS said
 */
export async function sendAlerts(runtime: Runtime, limit?: AbortSignal): Promise<void> {
  const unsent = runtime.unsent.splice(0);
  const refusals: unknown[] = [];
  for (const { message, of } of mergeFloods(unsent)) {
    try {
      await publish(runtime, message, { of, limit });
    } catch (error) {
      // This message alone: those behind it would otherwise wait for ever. When SNS is down, waiting costs too much time.
      if (!isMessageRefused(error)) throw error;
      refusals.push(error);
      continue;
    }
    for (const [incidentId, alerts] of Map.groupBy(of, (one) => one.incidentId)) {
      await takeOut(runtime, incidentId, new Set(alerts.map(({ alert }) => alert.id)));
    }
  }
  for (const error of refusals) throw error;
}

/** API Reference, Publish: too long, or a subject or attribute that is not allowed. */
const MESSAGE_REFUSED: ReadonlySet<string> = new Set(['InvalidParameterException', 'InvalidParameterValueException']);

function isMessageRefused(error: unknown): boolean {
  return error instanceof Error && MESSAGE_REFUSED.has(error.name);
}

/** Others may write the incident meanwhile: the sent alerts are taken out of whatever is stored. */
async function takeOut(runtime: Runtime, incidentId: string, sent: ReadonlySet<string>): Promise<void> {
  let stored: Incident | undefined = (await runtime.incidents.getMany([incidentId])).get(incidentId);
  while (stored !== undefined) {
    const outbox: Alert[] = stored.outbox.filter(({ id }) => !sent.has(id));
    if (outbox.length === stored.outbox.length) return;
    const saved: Saved = await runtime.incidents.save({ ...stored, outbox }, stored);
    if (saved.kind === 'saved') return;
    stored = saved.current;
  }
}

/** @param of what the message tells of: where that is more than one alert, their ids go along, in an attribute */
async function publish(
  runtime: Runtime,
  alert: Alert,
  { of, limit }: { readonly of: readonly Unsent[]; readonly limit: AbortSignal | undefined },
): Promise<void> {
  const { subject, body: _, ...attributes } = alert;
  const { locations, policy } = runtime.config;
  const ids = JSON.stringify(of.map((one) => one.alert.id));
  await runtime.sns.send(
    new PublishCommand({
      TopicArn: locations.topicArn,
      Subject: subject,
      Message: formatMessage(alert, policy),
      MessageAttributes: {
        ...Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
        ...(of.length > 1 && { ids: { DataType: 'String.Array', StringValue: ids } }),
      },
    }),
    { ...(limit && { abortSignal: limit }) },
  );
  runtime.logger.info('alert sent', { alert: { ...attributes, subject } });
}
