/** A page of a list, and the opaque token of the next one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextToken?: string;
}

/** Things that are listed carry a number that only grows, so that a token stays right while the list changes. */
export interface Numbered {
  readonly serial: number;
}

/**
 * Cuts a page out of `items` (ascending serials).
 * @param token the token of an earlier page; undefined for the first
 * @returns undefined when the token is not one of ours: each service words that error differently
 */
export function pageOf<Item extends Numbered>(
  items: readonly Item[],
  { token, size }: { token: string | undefined; size: number },
): Page<Item> | undefined {
  const after = token === undefined ? -1 : serialOf(token);
  if (after === undefined) return undefined;
  const start = after < 0 ? 0 : firstAfter(items, after);
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  if (last === undefined || start + size >= items.length) return { items: page };
  return { items: page, nextToken: Buffer.from(`after:${last.serial}`).toString('base64url') };
}

function serialOf(token: string): number | undefined {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function firstAfter(items: readonly Numbered[], serial: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.serial ?? 0) <= serial) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ascending by serial; the input is left alone. */
export function inOrder<Item extends Numbered>(items: Iterable<Item>): Item[] {
  return [...items].sort((a, b) => a.serial - b.serial);
}
