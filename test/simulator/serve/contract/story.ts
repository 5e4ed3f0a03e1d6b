/**
 * Calls of all operations of a service, in an order in which each ends well: what each client is put through.
 */
export interface Story {
  readonly service: string;
  readonly steps: readonly Step[];
}

export type Step = CallStep | number;

/** A call. Its input may be made of what was answered before. */
export type CallStep = readonly [operation: string, input?: object | ((told: Told) => object)];

/** The last answer of each operation, and names of things in the fleet. */
export interface Told {
  readonly instance: string;
  readonly ec2InstanceIds: readonly string[];
  readonly task: string;
  readonly serviceTask: string;
  answer<Output>(operation: string): Output;
}
