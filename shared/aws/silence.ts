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
  // Without the timeout as its cause: the SDK looks for that, and would try the call again.
  constructor(of: string) {
    super(`${of} does not answer`);
    this.name = 'NoAnswerError';
  }
}

export interface Patience {
  readonly patienceMs: number;
  /** Epoch milliseconds. */
  now(): number;
}

/** It is asked again after this long, by the same function or the next one. */
const PAUSE_MS = 15_000;

/**
 * Has calls fail at once to an operation that has left all attempts unanswered for `patienceMs`, and to a service of which two
 * operations have: the SDK would try each call for as long as a function has, and hooks expire and Spot Instances go
 * meanwhile. Errors are answers, and are tried again as ever.
 */
export function giveUpOnSilence(stack: AttemptStack, { patienceMs, now }: Patience): void {
  const silences = new Map<string, Silence>();
  const silenceOf = (name: string, operationsMin: number) => {
    const silence = silences.get(name) ?? new Silence(name, { patienceMs, operationsMin });
    silences.set(name, silence);
    return silence;
  };
  const middleware =
    (attempt: Attempt, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }): Attempt =>
    async (request) => {
      const askedMs = now();
      const all = [silenceOf(clientName, 2), silenceOf(commandName, 1)];
      for (const silence of all) silence.endIfOld(askedMs);
      throwIfLong(all);
      try {
        const answer = await attempt(request);
        for (const silence of all) silence.end();
        return answer;
      } catch (error) {
        const { name } = error as Error;
        // Whoever gave it up did not wait for long enough to know.
        if (name === 'AbortError') throw error;
        // Longer than any attempt takes: the function was frozen meanwhile, which says nothing of the service.
        const isUnanswered = name === 'TimeoutError' && now() - askedMs < patienceMs;
        for (const silence of all)
          isUnanswered ? silence.goOn(commandName, { askedMs, endedMs: now() }) : silence.end();
        throwIfLong(all);
        throw error;
      }
    };
  // Inside of the SDK's retries: it sees each attempt.
  stack.addRelativeTo(middleware, {
    name: 'giveUpOnSilence',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  });
}

function throwIfLong(silences: readonly Silence[]): void {
  const silent = silences.find((silence) => silence.isLong);
  if (silent !== undefined) throw new NoAnswerError(silent.of);
}

/** Attempts that nobody has answered, without one in between that was. Times are epoch milliseconds. */
class Silence {
  readonly of: string;
  readonly #patienceMs: number;
  readonly #operationsMin: number;
  readonly #operations = new Set<string>();
  #sinceMs = 0;
  #untilMs = 0;

  constructor(
    name: string,
    { patienceMs, operationsMin }: { readonly patienceMs: number; readonly operationsMin: number },
  ) {
    this.of = name.replace(/(Client|Command)$/, '');
    this.#patienceMs = patienceMs;
    this.#operationsMin = operationsMin;
  }

  goOn(operation: string, { askedMs, endedMs }: { readonly askedMs: number; readonly endedMs: number }): void {
    if (this.#operations.size === 0) this.#sinceMs = askedMs;
    this.#operations.add(operation);
    this.#untilMs = endedMs;
  }

  end(): void {
    this.#operations.clear();
  }

  endIfOld(nowMs: number): void {
    if (nowMs - this.#untilMs > PAUSE_MS) this.end();
  }

  get isLong(): boolean {
    return this.#operations.size >= this.#operationsMin && this.#untilMs - this.#sinceMs >= this.#patienceMs;
  }
}
