import type { TraceEntry } from '../kernel/trace.ts';
import { readEvent } from './event-facts.ts';
import type { Fact, RegistrationChange, UntimedFact } from './fact.ts';
import { type Fields, fieldsOf, text } from './fields.ts';

export type { Call, Fact } from './fact.ts';

/** Undefined for an entry that no invariant cares about. */
export function readFact(entry: TraceEntry): Fact | undefined {
  const fact = read(entry);
  return fact === undefined ? undefined : ({ ...fact, atMs: Date.parse(entry.at) } as Fact);
}

function read(entry: TraceEntry): UntimedFact | undefined {
  switch (entry.kind) {
    case 'event':
      return readEvent(fieldsOf(entry.event));
    case 'world':
      return readChange(entry);
    case 'call':
      return readCall(entry);
    case 'notification':
      return readAlert(entry);
    case 'invocation':
      return readInvocation(entry);
    case 'log':
      return {
        kind: 'log',
        functionName: text(entry.function),
        text: lineText(entry.line),
        unhandledMessage: unhandledMessage(fieldsOf(entry.line)),
      };
    case 'dead-letter':
      return readDeadLetter(entry);
    default:
      return undefined;
  }
}

function lineText(line: unknown): string {
  return typeof line === 'string' ? line : JSON.stringify(line);
}

function unhandledMessage({ message, messageId }: Fields): string | undefined {
  return text(message).startsWith('event not handled') ? text(messageId) : undefined;
}

/** A function gives its reason, EventBridge the error; SQS itself gives up what was received too often. */
function readDeadLetter({ queue, body, attributes, cause }: TraceEntry): UntimedFact {
  const { reason, ERROR_CODE: code, ERROR_MESSAGE: message } = fieldsOf(attributes);
  const told = code === undefined ? text(reason ?? cause) : `${text(code)}: ${text(message)}`;
  return { kind: 'dead letter', queue: text(queue), body: text(body), reason: told };
}

const REGISTRATION_CHANGES: ReadonlySet<string> = new Set<RegistrationChange>([
  'registered',
  'agent connected',
  'agent disconnected',
  'draining',
  'active again',
  'deregistered',
]);

const EC2_CHANGE = 'ec2 instance ';
const LIFECYCLE_CHANGE = 'lifecycle state ';

function readChange(entry: TraceEntry): UntimedFact | undefined {
  const change = text(entry.change);
  const subject = text(entry.subject);
  const ec2InstanceId = text(entry.ec2InstanceId);
  if (REGISTRATION_CHANGES.has(change)) {
    const containerInstanceArn = subject;
    return { kind: 'registration', containerInstanceArn, ec2InstanceId, change: change as RegistrationChange };
  }
  if (change.startsWith(EC2_CHANGE)) {
    return { kind: 'ec2 instance', ec2InstanceId: subject, state: change.slice(EC2_CHANGE.length) };
  }
  if (change.startsWith(LIFECYCLE_CHANGE)) {
    return {
      kind: 'lifecycle state',
      ec2InstanceId: subject,
      group: text(entry.group),
      state: change.slice(LIFECYCLE_CHANGE.length),
    };
  }
  switch (change) {
    case 'containers ended':
      return { kind: 'containers ended', taskArn: subject, ec2InstanceId, end: text(entry.end) };
    case 'lifecycle action ended':
      return {
        kind: 'action ended',
        hook: text(entry.hook),
        group: text(entry.group),
        ec2InstanceId,
        by: text(fieldsOf(entry.by).kind),
      };
    case 'delivery failed': {
      const reason = `${text(entry.code)}: ${text(entry.message)}`;
      return { kind: 'undelivered', where: text(entry.target), reason, isKept: entry.fate !== 'dropped' };
    }
    case 'asynchronous invocation given up':
      return { kind: 'undelivered', where: subject, reason: text(entry.condition), isKept: true };
    default:
      return undefined;
  }
}

function readCall(entry: TraceEntry): UntimedFact {
  const caller = fieldsOf(entry.caller);
  const error = entry.error === undefined ? undefined : fieldsOf(entry.error);
  const fault = fieldsOf(entry.fault);
  // What never took effect has failed, whatever the operation would have answered.
  const errorCode = fault.effect === 'none' ? text(fault.answer) : error && text(error.code);
  return {
    kind: 'call',
    service: text(entry.service),
    operation: text(entry.operation),
    functionName: caller.kind === 'function' ? text(caller.functionName) : undefined,
    requestId: caller.kind === 'function' ? text(caller.requestId) : undefined,
    input: fieldsOf(entry.input),
    errorCode,
    isAnswerDoubtful: fault.effect === 'happens',
    isHindered: entry.fault !== undefined || /Throttling|TooMany|RequestLimit/.test(errorCode ?? ''),
  };
}

function readAlert(entry: TraceEntry): UntimedFact {
  const attributes = fieldsOf(entry.attributes);
  return {
    kind: 'alert',
    about: text(attributes.kind),
    id: text(attributes.id),
    ids: idsIn({ id: text(attributes.id), ids: text(attributes.ids) }),
    state: text(attributes.state),
    text: `${text(entry.subject)}\n${text(entry.message)}`,
  };
}

/** The ids that the message attributes of an alert name. */
export function idsIn({ id, ids }: { readonly id?: string | undefined; readonly ids?: string | undefined }): string[] {
  if (ids) return JSON.parse(ids) as string[];
  return id ? [id] : [];
}

function readInvocation(entry: TraceEntry): UntimedFact | undefined {
  const functionName = text(entry.function);
  const requestId = text(entry.requestId);
  switch (entry.phase) {
    case 'end':
      return { kind: 'invocation', functionName, requestId, failure: undefined };
    case 'error':
      return {
        kind: 'invocation',
        functionName,
        requestId,
        failure: `${text(entry.errorType)}: ${text(entry.errorMessage)}`,
      };
    case 'messages returned':
      return { kind: 'messages returned', messageIds: entry.messageIds as readonly string[] };
    case 'timeout':
      return { kind: 'invocation', functionName, requestId, failure: text(entry.errorMessage) };
    default:
      return undefined;
  }
}
