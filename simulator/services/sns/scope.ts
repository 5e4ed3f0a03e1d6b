import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization } from '../../wire/service.ts';
import type { Keys } from '../kms/keys.ts';
import type { RequestChain } from '../lambda/request-chain.ts';
import { pageByName } from '../name-pages.ts';
import type { Queues } from '../sqs/queues.ts';
import type { TagStore } from '../tag-store.ts';
import type { Topics } from './topics.ts';

/** What the operations of the API work on. */
export interface SnsScope {
  readonly kernel: Kernel;
  readonly topics: Topics;
  readonly queues: Queues;
  readonly keys: Keys;
  readonly tags: TagStore;
  readonly chainOf: ChainOf;
}

/** What an invocation in progress is part of: what it publishes is part of that, too. */
export type ChainOf = (requestId: string) => RequestChain;

export function onTopic({ TopicArn }: { readonly TopicArn?: string | undefined }): Authorization {
  return { resources: [TopicArn ?? '*'] };
}

/** @param what such as `AttributeName`, or with a reason behind it */
export function invalidParameter(what: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${what}`);
}

/** Lists have 100 items a page. */
const PAGE_SIZE = 100;

export function pageByArn<Item extends { readonly arn: string }>(
  items: readonly Item[],
  token: string | undefined,
): { readonly items: readonly Item[]; readonly token: { readonly NextToken?: string } } {
  const page = pageByName(items, ({ arn }) => arn, { token, size: PAGE_SIZE });
  if (page === undefined) throw invalidParameter('NextToken');
  return { items: page.items, token: page.nextToken === undefined ? {} : { NextToken: page.nextToken } };
}
