import type { Clock } from '../kernel/clock.ts';

/** Lets virtual time go on just until `answer` is settled, and hands it on. Rejects when nothing is left that could settle it. */
export async function settle<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  let isSettled = false;
  const note = () => {
    isSettled = true;
  };
  answer.then(note, note);
  await clock.runUntil(clock.now());
  while (!isSettled) {
    const next = clock.nextAtMs();
    if (next === undefined) throw new Error('Nothing is scheduled that could bring an answer');
    await clock.runUntil(next);
    await clock.runUntil(next);
  }
  return answer;
}
