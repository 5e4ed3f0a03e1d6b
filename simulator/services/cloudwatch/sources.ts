import type { TraceEntry } from '../../kernel/trace.ts';
import type { Queue } from '../sqs/queue.ts';
import { isObject } from '../template-properties.ts';
import { type Metrics, NO_UNIT } from './metrics.ts';

/** What Lambda and its logs publish, read from the record of what happened. */
export function recordEntry(metrics: Metrics, entry: TraceEntry): void {
  const atMs = Date.parse(entry.at);
  if (entry.kind === 'invocation') recordInvocation(metrics, entry, atMs);
  if (entry.kind === 'log' && isObject(entry.line)) recordEmbedded(metrics, entry.line, atMs);
}

/** "Types of metrics for Lambda functions": a throttled request is neither an invocation nor an error. */
function recordInvocation(metrics: Metrics, entry: TraceEntry, atMs: number): void {
  const put = (name: string, value: number, unit = 'Count') => {
    const dimensions = { FunctionName: String(entry.function) };
    metrics.put({ namespace: 'AWS/Lambda', name, dimensions }, value, atMs, unit);
  };
  switch (entry.phase) {
    case 'throttle':
      put('Throttles', 1);
      break;
    case 'start':
      put('Invocations', 1);
      put('Throttles', 0);
      break;
    case 'end':
    case 'error':
    case 'timeout':
      put('Errors', entry.phase === 'end' ? 0 : 1);
      if (typeof entry.durationMs === 'number') put('Duration', entry.durationMs, 'Milliseconds');
  }
}

/** "Specification: Embedded metric format": a log line that carries metrics in its member `_aws`. */
function recordEmbedded(metrics: Metrics, line: Readonly<Record<string, unknown>>, atMs: number): void {
  const metadata = line._aws;
  if (!isObject(metadata) || !Array.isArray(metadata.CloudWatchMetrics)) return;
  for (const directive of metadata.CloudWatchMetrics.filter(isObject)) {
    const dimensionSets = Array.isArray(directive.Dimensions) ? directive.Dimensions : [[]];
    const definitions = Array.isArray(directive.Metrics) ? directive.Metrics.filter(isObject) : [];
    for (const names of dimensionSets.filter(Array.isArray)) {
      const dimensions = Object.fromEntries(names.map((name) => [String(name), String(line[String(name)])]));
      for (const { Name, Unit } of definitions) {
        const metric = { namespace: String(directive.Namespace), name: String(Name), dimensions };
        const value = line[String(Name)];
        for (const sample of Array.isArray(value) ? value : [value]) {
          if (typeof sample === 'number') metrics.put(metric, sample, atMs, String(Unit ?? NO_UNIT));
        }
      }
    }
  }
}

/** What SQS publishes once a minute for a queue that is in use. */
export function recordQueue(metrics: Metrics, queue: Queue, atMs: number): void {
  if (!queue.isActive) return;
  const { visible, inFlight, delayed, oldestAgeSeconds } = queue.measure();
  const samples = {
    ApproximateNumberOfMessagesVisible: visible,
    ApproximateNumberOfMessagesNotVisible: inFlight,
    ApproximateNumberOfMessagesDelayed: delayed,
    ApproximateAgeOfOldestMessage: oldestAgeSeconds,
  };
  for (const [name, value] of Object.entries(samples)) {
    const unit = name === 'ApproximateAgeOfOldestMessage' ? 'Seconds' : 'Count';
    metrics.put({ namespace: 'AWS/SQS', name, dimensions: { QueueName: queue.name } }, value, atMs, unit);
  }
}
