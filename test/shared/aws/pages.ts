import fc from 'fast-check';

/**
 * Pages as AWS cuts them: of any size up to the requested one, empty ones included ("it's possible the number of
 * results to be fewer than maxResults", ECS API Reference), and sometimes an empty last one.
 */
export interface Paging {
  readonly sizes: readonly number[];
  readonly endsEmpty: boolean;
}

export const anyPaging: fc.Arbitrary<Paging> = fc.record({
  sizes: fc.array(fc.nat({ max: 120 }), { maxLength: 6 }),
  endsEmpty: fc.boolean(),
});

/** The page that `token` asks for, and the token of the next one. */
export function page<T>(items: readonly T[], paging: Paging, token: string | undefined, sizeMax: number) {
  const [index = 0, start = 0] = (token ?? '0-0').split('-').map(Number);
  const end = start + Math.min(sizeMax, paging.sizes[index] ?? sizeMax);
  const isLast = paging.endsEmpty ? start >= items.length : end >= items.length;
  return { items: items.slice(start, end), next: isLast ? undefined : `${index + 1}-${end}` };
}
