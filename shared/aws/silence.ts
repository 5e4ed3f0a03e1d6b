/** As each client of the SDK has one, with types of its own. */
export interface AttemptStack {
  addRelativeTo(
    // biome-ignore lint/suspicious/noExplicitAny: of any client's requests and answers
    middleware: any,
    options: { readonly name: string; readonly relation: 'after'; readonly toMiddleware: string },
  ): void;
}

type Attempt = (request: unknown) => Promise<unknown>;

/** AWS has left calls unanswered for so long that waiting on would cost the function the time for all else. */
export class NoAnswerError extends Error {
  constructor(of: string, cause?: unknown) {
    super(`${of} does not answer`, { cause });
    this.name = 'NoAnswerError';
  }
}

/** It is asked again after this long, by the same function or the next one. */
const PAUSE_MS = 15_000;

/**
 * Has calls fail at once when a service, or one of its operations, has answered nothing for `patienceMs`, though it was asked: the
 * SDK would try each call for as long as a function has, and hooks expire and Spot Instances go meanwhile. Errors are
 * answers, and are tried again as ever.
 */
export function giveUpOnSilence(stack: AttemptStack, patienceMs: number): void {
  const silences = new Map<string, Silence>();
  const watch = (name: string) => {
    const silence = silences.get(name) ?? new Silence(patienceMs);
    silences.set(name, silence);
    return { name: name.replace(/(Client|Command)$/, ''), silence };
  };
  const middleware =
    (attempt: Attempt, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }): Attempt =>
    async (request) => {
      const watched = [clientName, commandName].map(watch);
      const isGivenUp = () => watched.find(({ silence }) => silence.isLong(Date.now()))?.name;
      for (const { silence } of watched) silence.ask(Date.now());
      const silent = isGivenUp();
      if (silent !== undefined) throw new NoAnswerError(silent);
      try {
        const answer = await attempt(request);
        for (const { silence } of watched) silence.end();
        return answer;
      } catch (error) {
        const isUnanswered = (error as Error).name === 'TimeoutError';
        for (const { silence } of watched) isUnanswered ? silence.goOn(Date.now()) : silence.end();
        const silent = isGivenUp();
        throw silent === undefined ? error : new NoAnswerError(silent, error);
      }
    };
  // Inside of the retries: it sees each attempt, and what it throws is not tried again.
  stack.addRelativeTo(middleware, {
    name: 'giveUpOnSilence',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  });
}

/** Since when there has been no answer. Times are epoch milliseconds. */
class Silence {
  readonly #patienceMs: number;
  #sinceMs: number | undefined;
  /** Of the last attempt that nobody answered. */
  #lastMs: number | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  ask(nowMs: number): void {
    if (this.#lastMs !== undefined && nowMs - this.#lastMs > PAUSE_MS) this.end();
    this.#sinceMs ??= nowMs;
  }

  goOn(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  end(): void {
    this.#sinceMs = undefined;
    this.#lastMs = undefined;
  }

  isLong(nowMs: number): boolean {
    return this.#lastMs !== undefined && this.#sinceMs !== undefined && nowMs - this.#sinceMs >= this.#patienceMs;
  }
}
