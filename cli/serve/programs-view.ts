import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import { isProgram } from '../../simulator/services/lambda/function.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { count } from '../display/text.ts';

const VALUE_CHARACTERS_MAX = 160;

/** Tells, a line each, what reaches functions that are programs, what they log and how they end. Times are virtual. */
export function showPrograms({ kernel, lambda }: Simulator, write: (line: string) => void): void {
  kernel.trace.onEntry((entry) => {
    const name = String(entry.function ?? String(entry.subject).split(':').at(-1));
    const fn = lambda.findFunction(name);
    const text = fn !== undefined && isProgram(fn) ? describe(entry) : undefined;
    if (text === undefined) return;
    const request = entry.requestId === undefined ? '' : ` ${String(entry.requestId).slice(0, 8)}`;
    write(`${entry.at.slice(11, 23)} ${name}${request} ${text}`);
  });
}

function describe(entry: TraceEntry): string | undefined {
  switch (entry.kind) {
    case 'log':
      return `| ${typeof entry.line === 'string' ? entry.line : JSON.stringify(entry.line)}`;
    case 'invocation':
      return describeInvocation(entry);
    case 'world':
      return entry.condition === undefined ? undefined : `is not tried again: ${entry.condition}`;
    default:
      return undefined;
  }
}

function describeInvocation({ phase, ...entry }: TraceEntry): string {
  const { event, durationMs, result, errorType, errorMessage, messageIds } = entry;
  switch (phase) {
    case 'start':
      return `<- ${describeEvent(event)}`;
    case 'end':
      return `-> ${short(result)} after ${durationMs} ms`;
    case 'error':
      return `failed after ${durationMs} ms: ${errorType}: ${errorMessage}`;
    case 'timeout':
      return `failed: ${errorMessage}`;
    case 'throttle':
      return 'is throttled: no concurrency is left';
    case 'messages returned':
      return `left ${count((messageIds as readonly string[]).length, 'message')} in the queue, for when the visibility timeout ends`;
    default:
      return String(phase);
  }
}

interface KnownEvent {
  readonly source?: unknown;
  readonly 'detail-type'?: unknown;
  readonly detail?: { readonly EC2InstanceId?: unknown; readonly ec2InstanceId?: unknown };
  readonly Records?: readonly { readonly eventSource?: unknown; readonly EventSource?: unknown }[];
}

function describeEvent(event: unknown): string {
  const { source, 'detail-type': type, detail, Records } = (event ?? {}) as KnownEvent;
  if (source !== undefined && type !== undefined) {
    const instance = detail?.EC2InstanceId ?? detail?.ec2InstanceId;
    return `${type} (${source})${instance === undefined ? '' : ` ${instance}`}`;
  }
  const [first] = Records ?? [];
  if (first === undefined) return short(event);
  return `${Records?.length} of ${first.eventSource ?? first.EventSource}: ${short(first)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}...` : text;
}
