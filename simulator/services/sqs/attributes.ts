import type { Queue } from './queue.ts';

/** What the attributes tell of a queue. */
type DescribedQueue = Pick<Queue, 'arn' | 'settings' | 'createdAtMs' | 'modifiedAtMs' | 'measure'>;

/** All attributes of GetQueueAttributes; instants in epoch seconds, everything as text. */
export function attributesOfQueue(queue: DescribedQueue, policy: unknown): Record<string, string> {
  const { settings, createdAtMs } = queue;
  const { visible, inFlight, delayed } = queue.measure();
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(createdAtMs),
    LastModifiedTimestamp: seconds(queue.modifiedAtMs),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MaximumMessageSize: String(settings.messageBytesMax),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWaitSeconds),
    ...(policy !== undefined && { Policy: JSON.stringify(policy) }),
    ...(settings.redrive && { RedrivePolicy: JSON.stringify(settings.redrive) }),
    ...(settings.redriveAllow && { RedriveAllowPolicy: JSON.stringify(settings.redriveAllow) }),
    SqsManagedSseEnabled: String(settings.isEncryptedBySqs),
    ...(settings.kmsMasterKeyId !== undefined && {
      KmsMasterKeyId: settings.kmsMasterKeyId,
      KmsDataKeyReusePeriodSeconds: String(settings.keyReuseSeconds),
    }),
  };
}
