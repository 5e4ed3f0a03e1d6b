import { isObject } from '../template-properties.ts';

/**
 * The messages that failed, by a function's answer with ReportBatchItemFailures (Lambda Developer Guide, "Handling
 * errors for an SQS event source in Lambda", success and failure conditions).
 *
 * Nothing, or an empty list, is a complete success. A wrong key, an empty or null id, or an id that is not of the batch
 * makes the whole batch fail.
 */
export function failedMessageIds(response: unknown, messageIds: readonly string[]): ReadonlySet<string> {
  const wholeBatch = new Set(messageIds);
  if (response === undefined || response === null) return new Set();
  if (!isObject(response)) return wholeBatch;
  const failures = response.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return wholeBatch;
  const ids = failures.map((failure) => (isObject(failure) ? failure.itemIdentifier : undefined));
  const known = ids.filter((id): id is string => typeof id === 'string' && wholeBatch.has(id));
  return known.length === ids.length ? new Set(known) : wholeBatch;
}
