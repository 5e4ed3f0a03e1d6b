import { AwsError } from '../../wire/aws-error.ts';
import { pageByName } from '../name-pages.ts';
import type { Queues } from '../sqs/queues.ts';
import type { TagStore } from '../tag-store.ts';
import type { EventBus } from './bus.ts';

/** What the operations of the API work on: the default bus, and what is known about its rules besides. */
export interface BusScope {
  readonly bus: EventBus;
  readonly busArn: string;
  readonly queues: Queues;
  readonly tags: TagStore;
  ruleArn(name: string | undefined): string;
}

/** Throws what the API throws for a bus that does not exist; there is only the default one. */
export function requireDefaultBus({ busArn }: BusScope, name: string | undefined): void {
  if (name === undefined || name === 'default' || name === busArn) return;
  throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

interface Paged {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/** Lists have 100 items a page, and fewer where the caller says so. */
const PAGE_MAX = 100;

export function pageOfNames<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { NextToken, Limit = PAGE_MAX }: Paged,
): { readonly items: Item[]; readonly token: { readonly NextToken?: string } } {
  const page = pageByName(items, nameOf, { token: NextToken, size: Limit });
  if (page === undefined) throw new AwsError('ValidationException', 'Parameter NextToken is not valid.');
  return { items: page.items, token: page.nextToken === undefined ? {} : { NextToken: page.nextToken } };
}
