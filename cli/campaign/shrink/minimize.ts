/** Answers the first of some candidates that passes, in their order; undefined when none does. */
export type FirstThatPasses<T> = (candidates: readonly T[]) => Promise<T | undefined>;

/**
 * The first of some candidates that passes, in their order. `parallel` at a time are looked at, so that which one is found
 * does not depend on which is the quickest.
 */
export async function firstOf<T>(
  candidates: readonly T[],
  parallel: number,
  passes: (candidate: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (let start = 0; start < candidates.length; start += parallel) {
    const some = candidates.slice(start, start + parallel);
    const found = (await Promise.all(some.map(passes))).indexOf(true);
    if (found >= 0) return some[found];
  }
  return undefined;
}

/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input"): leaves out ever smaller
 * parts of a list as long as what is left still passes. Of what it returns no single item can be left out, unless
 * `firstThatPasses` has given up.
 */
export async function minimizeList<T>(
  items: readonly T[],
  firstThatPasses: FirstThatPasses<readonly T[]>,
): Promise<readonly T[]> {
  let kept = items;
  let parts = Math.min(2, kept.length);
  if (kept.length > 0 && (await firstThatPasses([[]])) !== undefined) return [];
  while (kept.length > 1) {
    const smaller = await firstThatPasses(withoutEachPart(kept, parts));
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.min(Math.max(2, parts - 1), kept.length);
    } else if (parts < kept.length) parts = Math.min(2 * parts, kept.length);
    else return kept;
  }
  return kept;
}

/** The list without one of `parts` parts of about the same length, once for each; without the last one first. */
function withoutEachPart<T>(items: readonly T[], parts: number): T[][] {
  const bound = (part: number) => Math.round((part * items.length) / parts);
  return Array.from({ length: parts }, (_, part) => [
    ...items.slice(0, bound(part)),
    ...items.slice(bound(part + 1)),
  ]).reverse();
}
