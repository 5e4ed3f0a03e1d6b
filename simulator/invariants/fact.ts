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
  /** By ECS's own word: where a container instance is, and whether ECS calls it impaired. */
  | {
      readonly kind: 'container instance';
      readonly containerInstanceArn: string;
      readonly zone: string;
      readonly capacityProvider: string;
    }
  | { readonly kind: 'health'; readonly containerInstanceArn: string; readonly isImpaired: boolean }
  | { readonly kind: 'lifecycle state'; readonly ec2InstanceId: string; readonly group: string; readonly state: string }
  /** A launch hook is at work on an instance. */
  | { readonly kind: 'launch action'; readonly token: string; readonly ec2InstanceId: string }
  | {
      readonly kind: 'terminate action';
      readonly token: string;
      readonly hook: string;
      readonly group: string;
      readonly ec2InstanceId: string;
    }
  /** AWS will take the instance, or advises to leave it: Spot, scheduled maintenance. */
  | { readonly kind: 'end announced'; readonly ec2InstanceId: string; readonly announcement: string }
  /** AWS thinks better of what it has announced. */
  | { readonly kind: 'end called off'; readonly ec2InstanceId: string; readonly announcement: string }
  | {
      readonly kind: 'action ended';
      readonly hook: string;
      readonly group: string;
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
      /** Of the alerts that the message stands for: mostly its own. */
      readonly ids: readonly string[];
      readonly state: string;
      readonly text: string;
    }
  /** Ebbtide's own announcement that it takes something for over. */
  | { readonly kind: 'incident closed'; readonly incident: string; readonly outcome: string }
  /** Messages that a function has had, and that its queue hands out again. */
  | { readonly kind: 'messages returned'; readonly messageIds: readonly string[] }
  /** An invocation that is over; `failure` says what went wrong. */
  | {
      readonly kind: 'invocation';
      readonly functionName: string;
      readonly requestId: string;
      readonly failure: string | undefined;
    }
  /**
   * What a function wrote to its log. Nobody judges by it what the function did to the fleet: only what it gave away, and
   * what it says that it could not do (`unhandledMessage`: the id of a message of its queue).
   */
  | {
      readonly kind: 'log';
      readonly functionName: string;
      readonly text: string;
      readonly unhandledMessage: string | undefined;
    }
  /** An event that nobody can make sense of was put on the bus; `mark` is found in it. */
  | { readonly kind: 'unreadable event'; readonly mark: string }
  | { readonly kind: 'dead letter'; readonly queue: string; readonly body: string; readonly reason: string }
  | { readonly kind: 'undelivered'; readonly where: string; readonly reason: string; readonly isKept: boolean }
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
  /** AWS was slow, refused it for want of budget, or a fault struck: the caller is not to blame for calling again. */
  readonly isHindered?: boolean;
}

/** Before the instant is added. */
export type UntimedFact = Fact extends infer One ? (One extends Fact ? Omit<One, 'atMs'> : never) : never;
