/**
 * What AWS does but does not document. Each is a switch, and the tests run both ways: the product may rely on neither.
 */
export interface UndocumentedBehaviour {
  /** Whether the change to DRAINING (or back to ACTIVE) itself sends a container instance state change event. */
  readonly drainingSendsEvent: boolean;
  /** Whether the service scheduler starts replacements for tasks of a DRAINING instance whose agent is disconnected. */
  readonly replacesTasksOfDisconnectedDraining: boolean;
  /** Whether scale-in protection keeps the scheduler from stopping a protected task on a DRAINING instance. */
  readonly protectionHoldsOnDraining: boolean;
  /** Whether ECS marks the tasks of an EC2 instance as stopped when it is terminated while its agent is disconnected. */
  readonly ghostTasksAreStopped: boolean;
  /** How long an agent is disconnected before ECS calls the instance's connectivity IMPAIRED. */
  readonly connectivityImpairedAfterMs: number;
  /** Whether a group runs its terminate hooks for an instance that it finds terminated behind its back. */
  readonly hooksRunForVanishedInstances: boolean;
}

export const DEFAULT_UNDOCUMENTED: UndocumentedBehaviour = Object.freeze({
  drainingSendsEvent: true,
  replacesTasksOfDisconnectedDraining: true,
  protectionHoldsOnDraining: true,
  ghostTasksAreStopped: false,
  connectivityImpairedAfterMs: 5 * 60_000,
  hooksRunForVanishedInstances: false,
});
