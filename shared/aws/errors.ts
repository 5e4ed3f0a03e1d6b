/**
 * The AWS errors that are answers rather than accidents, as named sets, and the two ways in which an answer can be
 * unusable. Everything that is in no set propagates.
 *
 * Where AWS publishes an error's code but not its wording, the code only raises the suspicion and the caller asks the
 * service again (`isContainerInstanceGone`), so that a change of wording cannot change what Ebbtide does.
 */

/** The cluster was deleted. ECS refuses to delete a cluster that has container instances, so none are left in it. */
const CLUSTER_GONE: ReadonlySet<string> = new Set(['ClusterNotFoundException']);

/**
 * The codes that ECS may answer a request with that names an unknown container instance (API Reference: ClientException
 * "specifying an identifier that isn't valid", InvalidParameterException). Both have many other causes.
 */
const RESOURCE_REJECTED: ReadonlySet<string> = new Set(['ClientException', 'InvalidParameterException']);

/** Auto Scaling reports all that it cannot find as a ValidationError; only the message tells which (not documented). */
const VALIDATION: ReadonlySet<string> = new Set(['ValidationError']);
const NO_ACTIVE_LIFECYCLE_ACTION = /no active lifecycle action found/i;
const IN_GRACE_PERIOD = /less than the configured grace period/i;
const GROUP_NOT_FOUND = /AutoScalingGroup name not found/i;

/** EC2 fails the whole request over one unknown id (EC2 Developer Guide, Error codes). */
const EC2_INSTANCE_UNKNOWN: ReadonlySet<string> = new Set(['InvalidInstanceID.NotFound']);

/**
 * Systems Manager does not reach the instance: its agent is not running or not registered, the instance is terminated,
 * or its platform is not one that the document is for (API Reference, SendCommand).
 */
const NOT_REACHABLE: ReadonlySet<string> = new Set(['InvalidInstanceId', 'UnsupportedPlatformType']);
const INVOCATION_UNKNOWN: ReadonlySet<string> = new Set(['InvocationDoesNotExist']);

export function isClusterGone(error: unknown): boolean {
  return hasName(error, CLUSTER_GONE);
}

/** The request names something that ECS may not know (any more); ask again to be sure. */
export function isResourceRejected(error: unknown): boolean {
  return hasName(error, RESOURCE_REJECTED);
}

/** Auto Scaling refuses the request; ask again to learn whether it is about the instance. */
export function isAutoScalingRefusal(error: unknown): boolean {
  return hasName(error, VALIDATION);
}

/** SetInstanceHealth that respects the grace period: "The age of the instance (986 seconds) is less than ...". */
export function isInGracePeriod(error: unknown): boolean {
  return hasName(error, VALIDATION) && IN_GRACE_PERIOD.test(error.message);
}

export function isEc2InstanceUnknown(error: unknown): boolean {
  return hasName(error, EC2_INSTANCE_UNKNOWN);
}

/** Of Systems Manager. */
export function isNotReachable(error: unknown): error is Error {
  return hasName(error, NOT_REACHABLE);
}

/** Of Systems Manager: it knows no such command on the instance, or does not show it yet. */
export function isInvocationUnknown(error: unknown): boolean {
  return hasName(error, INVOCATION_UNKNOWN);
}

export function isGroupGone(error: unknown): boolean {
  return hasName(error, VALIDATION) && GROUP_NOT_FOUND.test(error.message);
}

/** Completed, timed out or cut short by a termination; or the whole group has been deleted. */
export function isLifecycleActionOver(error: unknown): boolean {
  return isGroupGone(error) || (hasName(error, VALIDATION) && NO_ACTIVE_LIFECYCLE_ACTION.test(error.message));
}

function hasName(error: unknown, names: ReadonlySet<string>): error is Error {
  return error instanceof Error && names.has(error.name);
}

/** One entry of the `failures[]` that an HTTP 200 of ECS may carry. */
export interface EcsFailure {
  readonly arn: string;
  readonly reason: string;
}

/** ECS answered 200, but says that it could not answer for some resources, for a reason that Ebbtide has no rule for. */
export class UnexpectedFailuresError extends Error {
  readonly failures: readonly EcsFailure[];

  constructor(operation: string, failures: readonly EcsFailure[]) {
    super(`${operation} failed for ${failures.map(({ arn, reason }) => `${arn} (${reason})`).join(', ')}`);
    this.name = 'UnexpectedFailuresError';
    this.failures = failures;
  }
}

/** AWS left out a field that a decision rests on. To guess it could kill a task, so nothing is decided. */
export class IncompleteAnswerError extends Error {
  constructor(resource: string, field: string) {
    super(`AWS described ${resource} without ${field}`);
    this.name = 'IncompleteAnswerError';
  }
}

/**
 * Takes a field out of a description that the SDK's types call optional and the service always sends.
 * @throws IncompleteAnswerError when it is absent after all
 */
export function required<T extends object, K extends keyof T & string>(
  description: T,
  field: K,
  resource: string,
): NonNullable<T[K]> {
  const value = description[field];
  if (value === undefined || value === null) throw new IncompleteAnswerError(resource, field);
  return value;
}
