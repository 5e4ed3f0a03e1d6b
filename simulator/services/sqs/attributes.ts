import type { Queue } from './queue.ts';

/** All attributes of GetQueueAttributes; instants in epoch seconds, everything as text. */
export function attributesOfQueue(queue: Queue, policy: unknown): Record<string, string> {
  const { settings, createdAtMs } = queue;
  const { visible, inFlight, delayed } = queue.measure();
  const created = String(Math.floor(createdAtMs / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MaximumMessageSize: String(settings.messageBytesMax),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: '0',
    ...(policy !== undefined && { Policy: JSON.stringify(policy) }),
    ...(settings.redrive && { RedrivePolicy: JSON.stringify(settings.redrive) }),
    ...(settings.kmsMasterKeyId === undefined
      ? { SqsManagedSseEnabled: 'true' }
      : { SqsManagedSseEnabled: 'false', KmsMasterKeyId: settings.kmsMasterKeyId }),
  };
}
