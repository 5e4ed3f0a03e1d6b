/** A time without a break during which an agent was away, in epoch milliseconds; `untilMs` is infinite while it lasts. */
export interface Absence {
  readonly fromMs: number;
  untilMs: number;
}

/** When one agent was away; a registration begins with an agent that has yet to connect. */
export class Absences {
  readonly #list: Absence[] = [];

  begin(atMs: number): void {
    const last = this.#list.at(-1);
    if (last === undefined || last.untilMs <= atMs)
      this.#list.push({ fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
  }

  end(atMs: number): void {
    const last = this.#list.at(-1);
    if (last !== undefined) last.untilMs = Math.min(last.untilMs, atMs);
  }

  /** The one that goes on, or else the last one. */
  get latest(): Absence | undefined {
    return this.#list.at(-1);
  }

  /** Undefined while the agent is connected. */
  get current(): Absence | undefined {
    const last = this.#list.at(-1);
    return last?.untilMs === Number.POSITIVE_INFINITY ? last : undefined;
  }

  /** Whether, at some instant from `sinceMs` to `nowMs`, the agent had been away for `durationMs`. */
  lasted(durationMs: number, { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number }): boolean {
    return this.#list.some(
      ({ fromMs, untilMs }) => untilMs >= sinceMs && Math.min(untilMs, nowMs) - fromMs >= durationMs,
    );
  }
}
