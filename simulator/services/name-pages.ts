/**
 * Cuts a page out of `items`, which are listed by name.
 *
 * @param token `nextToken` of the page before; undefined for the first
 * @returns undefined when the token is not one of ours: each service words that error differently
 */
export function pageByName<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { token, size }: { readonly token: string | undefined; readonly size: number },
): { readonly items: Item[]; readonly nextToken?: string } | undefined {
  const after = token === undefined ? '' : nameIn(token);
  if (after === undefined) return undefined;
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rest = sorted.filter((item) => nameOf(item) > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (last === undefined || rest.length === page.length) return { items: page };
  return { items: page, nextToken: Buffer.from(`name:${nameOf(last)}`).toString('base64url') };
}

function nameIn(token: string): string | undefined {
  return /^name:(.+)$/s.exec(Buffer.from(token, 'base64url').toString())?.[1];
}
