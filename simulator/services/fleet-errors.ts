/** What is named is not in the fleet. */
export class NotInFleet extends Error {
  override readonly name = 'NotInFleet';
  /** A cluster, an agent, the registration of a host ... */
  readonly kind: string;
  /** As it was named: an instance id, a group's name, a task's ARN. */
  readonly value: string;

  constructor(kind: string, value: string) {
    super(`the fleet has no ${kind} ${value}`);
    this.kind = kind;
    this.value = value;
  }
}

/** It is there, but this cannot be done to it now. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}
