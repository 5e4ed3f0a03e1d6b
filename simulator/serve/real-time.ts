/** The machine's time, handed in where the process starts: nothing else in the simulator knows of it. */
export interface RealTime {
  /** Milliseconds from any fixed instant; never goes back. */
  nowMs(): number;
  /** Calls `wake` after `delayMs`, unless the function it answers is called before. */
  wakeAfter(delayMs: number, wake: () => void): () => void;
}

/** How virtual time goes on: with real time, `speed` times as fast; or only as far as answers and the control API need. */
export type Pace =
  | { readonly kind: 'real-time'; readonly speed: number; readonly realTime: RealTime }
  | { readonly kind: 'stepped' };
