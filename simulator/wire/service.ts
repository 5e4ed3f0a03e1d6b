import type { RequestChain } from '../services/lambda/request-chain.ts';
/**
 * What a simulated AWS service is: a protocol, the shapes of the official client, and a function per operation.
 *
 * The wire layer parses a request into the operation's input (the same shape that the SDK's command takes, with
 * numbers, booleans and `Date`s where the model has them), checks the caller's permissions, runs the operation and
 * writes the answer. So an operation is a plain function from input to output.
 */
export interface SimulatedService {
  /** The service's endpoint prefix and IAM prefix, such as `ecs` or `autoscaling`. */
  readonly name: string;
  /** What the present clients speak to it. */
  readonly protocol: Protocol;
  /** What it understands besides: a service that changed its protocol still serves the clients of before. */
  readonly otherProtocols?: readonly Protocol[];
  /**
   * The module namespace of the official client (`import * as ecs from '@aws-sdk/client-ecs'`), which exports the
   * schema of each operation as `<Operation>$`.
   */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The request budgets (token buckets per account and region) that the service publishes; each operation is in one. */
  readonly budgets?: readonly RequestBudget[];
}

export type Protocol = 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'ec2Query' | 'restJson1';

/** A token bucket: `burst` requests at once, refilled by `perSecond`. An empty bucket answers with a throttling error. */
export interface RequestBudget {
  readonly operations: readonly string[];
  readonly burst: number;
  readonly perSecond: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the wire layer has checked the input against the operation's schema; the operation states the SDK's type for it
export interface Operation<Input = any, Output = unknown> {
  /**
   * What the call touches, for IAM: the resource ARNs as the Service Authorization Reference names them for this action
   * (`*` for actions without resource types), and the condition keys the service supplies.
   * Every resource must be allowed. Called before `run`; throws `AwsError` only for input that AWS rejects earlier.
   * A call that needs several permissions (publishing to a topic with a customer managed key) answers a list: all are needed.
   */
  authorize(input: Input, call: Call): Authorization | readonly Authorization[];
  /** Changes the world and answers. Throws `AwsError`. Synchronous unless the answer itself has to wait. */
  run(input: Input, call: Call): Output | Promise<Output>;
}

export interface Authorization {
  readonly resources: readonly string[];
  /** The IAM action, where it is not `<service>:<Operation>`. */
  readonly action?: string;
  /** Condition keys with their values, such as `{ 'ecs:cluster': arn }`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

/** Who is calling, and as which request. */
export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
  /** Where the caller reaches all services; undefined: at AWS's own addresses. */
  readonly endpoint?: string | undefined;
}

/**
 * `function`: a deployed function under its role. `operator`: somebody at a console or an endpoint, with full
 * permissions. `service`: AWS itself.
 */
export type Caller =
  | { readonly kind: 'function'; readonly functionName: string; readonly roleArn: string; readonly requestId: string }
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'service'; readonly name: string };

/**
 * One type of CloudFormation resource. `properties` have their intrinsic functions resolved already.
 * Throws for a property it does not know: a template is never half understood.
 */
export interface ResourceProvider {
  create(
    properties: Readonly<Record<string, unknown>>,
    resource: { readonly logicalId: string; readonly stackName: string },
  ): ProvisionedResource;
}

export interface ProvisionedResource {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute name (`Arn`, `QueueName`, ...). */
  readonly attributes: Readonly<Record<string, string>>;
}

/** An event on the default bus, without the envelope's fields that the bus adds itself (id, time, account, region). */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** How AWS services start functions: queues, topics and rules call this, not the Lambda API. */
export interface FunctionInvoker {
  /**
   * Resolves when the invocation is over, in virtual time. Never rejects.
   *
   * @param report told when it is over, unless it never began
   * @param chain what it is part of, itself included
   */
  invoke(
    functionArn: string,
    payload: unknown,
    report?: (of: { readonly requestId: string }) => void,
    chain?: RequestChain,
  ): Promise<InvocationResult>;
}

export type InvocationResult =
  | { readonly outcome: 'success'; readonly payload: unknown }
  /** The handler threw, crashed or could not be loaded. */
  | { readonly outcome: 'error'; readonly errorType: string; readonly errorMessage: string }
  | { readonly outcome: 'timeout'; readonly errorMessage: string }
  /** No execution environment was free within the concurrency limit. */
  | { readonly outcome: 'throttled' };
