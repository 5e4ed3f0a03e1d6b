import { AwsError } from '../../wire/aws-error.ts';

/** A page of a list that keeps its order. Throws what every list of Systems Manager throws for a token that is none. */
export function pageAt<Item>(
  items: readonly Item[],
  { token, size }: { readonly token: string | undefined; readonly size: number },
): { readonly items: Item[]; readonly token: { readonly NextToken?: string } } {
  const match = /^at:(\d+)$/.exec(Buffer.from(token ?? '', 'base64url').toString());
  if (token !== undefined && match === null)
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const start = Number(match?.[1] ?? 0);
  const end = start + size;
  const isLast = end >= items.length;
  return {
    items: items.slice(start, end),
    token: isLast ? {} : { NextToken: Buffer.from(`at:${end}`).toString('base64url') },
  };
}
