/** AWS did not say how things are. */
export class LookFailure {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** For what is kept going whether or not it can be seen. */
export async function tryTo<T>(look: () => Promise<T>): Promise<T | LookFailure> {
  try {
    return await look();
  } catch (error) {
    return new LookFailure(error);
  }
}
