import type { TraceEntry } from '../kernel/trace.ts';

/**
 * What a trace entry says about the world, for those who judge it. Of the fleet only what is true counts (what ECS, EC2
 * and Auto Scaling themselves recorded), and of a function only what it called and published: never what it logged.
 */
export type Fact = { readonly atMs: number } & (
  | {
      readonly kind: 'task';
      readonly taskArn: string;
      readonly containerInstanceArn: string;
      readonly group: string;
      readonly lastStatus: string;
      readonly desiredStatus: string;
    }
  | {
      readonly kind: 'containers ended';
      readonly taskArn: string;
      readonly ec2InstanceId: string;
      readonly end: string;
    }
  | {
      readonly kind: 'registration';
      readonly containerInstanceArn: string;
      readonly ec2InstanceId: string;
      readonly change: RegistrationChange;
    }
  | { readonly kind: 'ec2 instance'; readonly ec2InstanceId: string; readonly state: string }
  | {
      readonly kind: 'terminate action';
      readonly token: string;
      readonly hook: string;
      readonly group: string;
      readonly ec2InstanceId: string;
    }
  /** AWS will take the instance, or advises to leave it: Spot, scheduled maintenance. */
  | { readonly kind: 'end announced'; readonly ec2InstanceId: string }
  | {
      readonly kind: 'action ended';
      readonly hook: string;
      readonly ec2InstanceId: string;
      /** `caller`, `heartbeat-timeout`, `global-timeout`, `other-hook-abandoned`, `instance-gone`. */
      readonly by: string;
    }
  | Call
  | {
      readonly kind: 'alert';
      /** `drain`, `disconnection`, ...; empty for a message that is no alert of a function. */
      readonly about: string;
      readonly id: string;
      readonly state: string;
      readonly text: string;
    }
  /** An invocation that is over; `failure` says what went wrong. */
  | {
      readonly kind: 'invocation';
      readonly functionName: string;
      readonly requestId: string;
      readonly failure: string | undefined;
    }
  | { readonly kind: 'undelivered'; readonly where: string; readonly reason: string }
);

export type RegistrationChange =
  | 'registered'
  | 'agent connected'
  | 'agent disconnected'
  | 'draining'
  | 'active again'
  | 'deregistered';

/** An API call as it was answered. */
export interface Call {
  readonly kind: 'call';
  readonly service: string;
  readonly operation: string;
  /** Undefined: an operator's call, or AWS's own. */
  readonly functionName: string | undefined;
  /** Of the function's invocation. */
  readonly requestId?: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly errorCode: string | undefined;
  /** It took effect, but the caller may not have learnt of it: a fault kept the answer, or delayed it. */
  readonly isAnswerDoubtful?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for an entry that no invariant cares about. */
export function readFact(entry: TraceEntry): Fact | undefined {
  const fact = read(entry);
  return fact === undefined ? undefined : ({ ...fact, atMs: Date.parse(entry.at) } as Fact);
}

type Untimed = Fact extends infer One ? (One extends Fact ? Omit<One, 'atMs'> : never) : never;

function read(entry: TraceEntry): Untimed | undefined {
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
    case 'dead-letter':
      return { kind: 'undelivered', where: text(entry.queue), reason: JSON.stringify(entry.attributes) };
    default:
      return undefined;
  }
}

/** Events are read where they are put on the bus: what becomes of them on the way changes nothing about their truth. */
function readEvent(event: Fields): Untimed | undefined {
  const detail = fieldsOf(event.detail);
  switch (event['detail-type']) {
    case 'ECS Task State Change':
      return {
        kind: 'task',
        taskArn: text(detail.taskArn),
        containerInstanceArn: text(detail.containerInstanceArn),
        group: text(detail.group),
        lastStatus: text(detail.lastStatus),
        desiredStatus: text(detail.desiredStatus),
      };
    case 'EC2 Instance-terminate Lifecycle Action':
      return {
        kind: 'terminate action',
        token: text(detail.LifecycleActionToken),
        hook: text(detail.LifecycleHookName),
        group: text(detail.AutoScalingGroupName),
        ec2InstanceId: text(detail.EC2InstanceId),
      };
    case 'EC2 Spot Instance Interruption Warning':
    case 'EC2 Instance Rebalance Recommendation':
      return { kind: 'end announced', ec2InstanceId: text(detail['instance-id']) };
    case 'AWS Health Event':
      return { kind: 'end announced', ec2InstanceId: affectedInstance(detail) };
    default:
      return undefined;
  }
}

/** The id, which AWS Health gives by itself or in an ARN. */
function affectedInstance({ affectedEntities }: Fields): string {
  const [entity] = Array.isArray(affectedEntities) ? affectedEntities : [];
  return text(fieldsOf(entity).entityValue).split('/').at(-1) ?? '';
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

function readChange(entry: TraceEntry): Untimed | undefined {
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
  switch (change) {
    case 'containers ended':
      return { kind: 'containers ended', taskArn: subject, ec2InstanceId, end: text(entry.end) };
    case 'lifecycle action ended':
      return { kind: 'action ended', hook: text(entry.hook), ec2InstanceId, by: text(fieldsOf(entry.by).kind) };
    case 'delivery failed':
      return { kind: 'undelivered', where: text(entry.target), reason: `${text(entry.code)}: ${text(entry.message)}` };
    case 'asynchronous invocation given up':
      return { kind: 'undelivered', where: subject, reason: text(entry.condition) };
    default:
      return undefined;
  }
}

function readCall(entry: TraceEntry): Untimed {
  const caller = fieldsOf(entry.caller);
  const error = entry.error === undefined ? undefined : fieldsOf(entry.error);
  return {
    kind: 'call',
    service: text(entry.service),
    operation: text(entry.operation),
    functionName: caller.kind === 'function' ? text(caller.functionName) : undefined,
    requestId: caller.kind === 'function' ? text(caller.requestId) : undefined,
    input: fieldsOf(entry.input),
    errorCode: error && text(error.code),
    isAnswerDoubtful: fieldsOf(entry.fault).effect === 'happens',
  };
}

function readAlert(entry: TraceEntry): Untimed {
  const attributes = fieldsOf(entry.attributes);
  return {
    kind: 'alert',
    about: text(attributes.kind),
    id: text(attributes.id),
    state: text(attributes.state),
    text: `${text(entry.subject)}\n${text(entry.message)}`,
  };
}

function readInvocation(entry: TraceEntry): Untimed | undefined {
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
    case 'timeout':
      return { kind: 'invocation', functionName, requestId, failure: text(entry.errorMessage) };
    default:
      return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
