import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { LOOK_AGAIN_SECONDS } from '../domain/arrival.ts';
import { looksBetweenSweeps } from '../domain/lifecycle.ts';
import type { LifecycleAction } from '../domain/model.ts';
import { arrivalDueMessage } from '../events/arrival-due.ts';
import { drainDueMessage } from '../events/drain-due.ts';
import type { DrainIncident, LaunchIncident } from '../incidents/incident.ts';
import type { Runtime } from '../runtime.ts';

/** SQS takes ten messages a call (API Reference, SendMessageBatch). */
const MESSAGES_PER_BATCH = 10;

/**
 * Hooks with a heartbeat timeout that is short against the minute between sweeps are looked at in between. Each message
 * starts from the sweep or from an event and sends none itself, so there is no loop that Lambda would have to stop.
 */
export async function planLooks(
  runtime: Runtime,
  incidents: readonly (DrainIncident | LaunchIncident)[],
): Promise<void> {
  const looks = incidents
    .filter(({ phase }) => phase === 'draining' || phase === 'waiting')
    .flatMap(({ id, actions }) => {
      const timeoutSeconds = Math.min(...actions.map((action) => action.heartbeatTimeoutSeconds));
      return looksBetweenSweeps(timeoutSeconds).map((delaySeconds) => ({ id, delaySeconds }));
    });
  const nowMs = runtime.now();
  await send(
    runtime,
    looks.map(({ id, delaySeconds }) => ({ body: drainDueMessage(id, nowMs), delaySeconds })),
  );
}

/** Instances that are in no cluster are looked at again. A message that is lost costs a minute: the next sweep begins anew. */
export async function planSecondLooks(runtime: Runtime, missing: readonly LifecycleAction[]): Promise<void> {
  const missingSinceMs = runtime.now();
  const bodies = missing.map((action) => arrivalDueMessage({ action, missingSinceMs }, missingSinceMs));
  await send(
    runtime,
    bodies.map((body) => ({ body, delaySeconds: LOOK_AGAIN_SECONDS })),
  );
}

interface Look {
  readonly body: string;
  readonly delaySeconds: number;
}

async function send(runtime: Runtime, looks: readonly Look[]): Promise<void> {
  for (let start = 0; start < looks.length; start += MESSAGES_PER_BATCH) {
    const answer = await runtime.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: runtime.config.locations.dueQueueUrl,
        Entries: looks.slice(start, start + MESSAGES_PER_BATCH).map(({ body, delaySeconds }, index) => ({
          Id: String(index),
          DelaySeconds: delaySeconds,
          MessageBody: body,
        })),
      }),
    );
    for (const failure of answer.Failed ?? []) runtime.logger.warn('a look was not planned', { failure });
  }
}
