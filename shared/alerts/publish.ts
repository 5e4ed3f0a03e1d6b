import { PublishCommand } from '@aws-sdk/client-sns';
import type { Incident } from '../incidents/incident.ts';
import type { Saved } from '../incidents/store.ts';
import type { Runtime } from '../runtime.ts';
import type { Alert } from './alert.ts';

/**
 * Writes an incident, and if this handler is the one that got to write it, sends the alerts that the write added.
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
  const added = next.outbox.filter(({ id }) => !before.has(id));
  const stamped = added.length === 0 ? next : { ...next, outboxAtMs: runtime.now() };
  const saved = await runtime.incidents.save(stamped, previous);
  if (saved.kind === 'conflict') {
    runtime.logger.info('incident changed meanwhile', { incident: next.id });
    return undefined;
  }
  return send(runtime, saved.incident, added);
}

/** An alert still unsent after this long belongs to a function that died: none is allowed to run as long. */
const ABANDONED_AFTER_MS = 120_000;

/** Sends what a function that died has left behind, unless somebody else is at it. */
export async function resendAbandoned(runtime: Runtime, incident: Incident): Promise<void> {
  if (incident.outbox.length === 0 || runtime.now() - (incident.outboxAtMs ?? 0) < ABANDONED_AFTER_MS) return;
  const saved = await runtime.incidents.save({ ...incident, outboxAtMs: runtime.now() }, incident);
  if (saved.kind === 'saved') await send(runtime, saved.incident, incident.outbox);
}

/** @returns the incident as it is stored once the alerts are out */
async function send(runtime: Runtime, incident: Incident, alerts: readonly Alert[]): Promise<Incident | undefined> {
  for (const alert of alerts) await publish(runtime, alert);
  const sent = new Set(alerts.map(({ id }) => id));
  let stored: Incident | undefined = incident;
  while (stored !== undefined) {
    const outbox: Alert[] = stored.outbox.filter(({ id }) => !sent.has(id));
    if (outbox.length === stored.outbox.length) return stored;
    const saved: Saved = await runtime.incidents.save({ ...stored, outbox }, stored);
    if (saved.kind === 'saved') return saved.incident;
    stored = saved.current;
  }
  return undefined;
}

async function publish(runtime: Runtime, { subject, body, ...attributes }: Alert): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
  const { topicArn } = runtime.config.locations;
  await runtime.sns.send(
    new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body, MessageAttributes }),
  );
  runtime.logger.info('alert sent', { alert: { ...attributes, subject } });
}
