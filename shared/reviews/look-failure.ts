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

/** As `tryTo`; who has not answered when the limit is over counts as failed, though what was asked for may still happen. */
export async function tryWithin<T>(limit: AbortSignal, look: () => Promise<T>): Promise<T | LookFailure> {
  const silence = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new NoAnswerError());
    if (limit.aborted) giveUp();
    else limit.addEventListener('abort', giveUp, { once: true });
  });
  return tryTo(() => Promise.race([look(), silence]));
}

export class NoAnswerError extends Error {
  constructor() {
    super('no answer in time');
    this.name = 'NoAnswerError';
  }
}
