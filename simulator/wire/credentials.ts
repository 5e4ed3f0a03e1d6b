import type { Caller } from './service.ts';

/** Who holds which access key. Signatures are not verified: the secret would prove nothing in one process. */
export class Credentials {
  readonly #callers = new Map<string, () => Caller>();

  /** @param caller asked at each call, because a function's request id changes from one invocation to the next */
  issue(accessKeyId: string, caller: () => Caller): void {
    this.#callers.set(accessKeyId, caller);
  }

  revoke(accessKeyId: string): void {
    this.#callers.delete(accessKeyId);
  }

  /** A key that was not issued here belongs to somebody at a console: an operator, with full permissions. */
  callerOf(accessKeyId: string): Caller {
    return this.#callers.get(accessKeyId)?.() ?? { kind: 'operator', name: accessKeyId };
  }
}
