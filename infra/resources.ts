/** A resource, or a whole part, of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export type Resources = Readonly<Record<string, Resource>>;

/** What the stack's generated resources are made from. */
export interface StackShape {
  /** By name in `serverless.yml`. */
  readonly functionNames: readonly string[];
  /** Those that read a stream. */
  readonly streamReaders: readonly string[];
  /** Logical ids of the queues between rules and functions. */
  readonly sourceQueues: readonly string[];
  /** Logical ids of the queues that hold what failed. */
  readonly failureQueues: readonly string[];
}

/** `taskStopped` -> `TaskStopped`, as the logical ids of a function's resources begin. */
export function capitalize(functionName: string): string {
  return functionName.charAt(0).toUpperCase() + functionName.slice(1);
}

/** `taskStopped`, `TaskQueue` -> `task-stopped`, `task-queue`, for names that people read. */
export function kebab(name: string): string {
  return capitalize(name)
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .slice(1);
}
