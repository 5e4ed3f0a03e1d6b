import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { ExecutionEnvironment } from './environment.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Idle {
  readonly environment: ExecutionEnvironment;
  readonly expiry: Timer;
}

/**
 * The frozen environments of one function. The one that was used last is used next, an idle one is recycled after 5 to
 * 15 minutes, and a busy one after some hours too (Lambda Developer Guide, "Understanding the Lambda execution
 * environment lifecycle"; the times are not documented).
 */
export class EnvironmentPool {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idle: Idle[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  take(): ExecutionEnvironment | undefined {
    const idle = this.#idle.pop();
    idle?.expiry.cancel();
    return idle?.environment;
  }

  give(environment: ExecutionEnvironment): void {
    const ageMs = this.#clock.now() - environment.startedAtMs;
    if (ageMs > this.#random.integer(2 * HOUR_MS, 6 * HOUR_MS)) {
      environment.destroy();
      return;
    }
    const idleMs = this.#random.integer(5 * MINUTE_MS, 15 * MINUTE_MS);
    const idle: Idle = { environment, expiry: this.#clock.after(idleMs, () => this.#expire(idle)) };
    this.#idle.push(idle);
  }

  /** Destroys all that are idle. */
  clear(): void {
    for (const idle of this.#idle.splice(0)) {
      idle.expiry.cancel();
      idle.environment.destroy();
    }
  }

  #expire(idle: Idle): void {
    this.#idle.splice(this.#idle.indexOf(idle), 1);
    idle.environment.destroy();
  }
}
