import { createHash } from 'node:crypto';
import type { ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { validationError } from './errors.ts';
import { answerOf, checkSelect, type Source, sourceOf, startKeyOf, takePage } from './read-page.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import type { Table } from './table.ts';
import { canonicalText, type Item } from './value.ts';

/** How finely the key space is cut for parallel scans. */
const SLOTS = 4_096;

/**
 * Runs the Scan operation on a table or one of its indexes. Partitions come by a hash of their key, as they lie in
 * DynamoDB: an order that means nothing, and stays.
 */
export function scan(table: Table, input: ScanCommandInput): Record<string, unknown> {
  const { filter, projection } = parseExpressions(input as ExpressionParameters);
  const source = sourceOf(table, input);
  checkSelect(source, input.Select, projection !== undefined);
  const segment = segmentOf(input);
  const start = startKeyOf(table, source, input.ExclusiveStartKey as Item | undefined);
  if (start !== undefined && !segment.includes(slotOf(source, start))) {
    throw validationError(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${input.TotalSegments} Segment: ${input.Segment}`,
    );
  }
  const ordered = source.items
    .all()
    .filter((item) => segment.includes(slotOf(source, item)))
    .sort((a, b) => compare(source, a, b));
  const remaining = start === undefined ? ordered : ordered.filter((item) => compare(source, item, start) > 0);
  const page = takePage(remaining, input.Limit);
  return answerOf({ table, source, page, filter, projection, select: input.Select });
}

interface Segment {
  includes(slot: number): boolean;
}

function segmentOf({ Segment: segment, TotalSegments: total }: ScanCommandInput): Segment {
  if ((segment === undefined) !== (total === undefined)) {
    const [missing, given] = segment === undefined ? ['Segment', 'TotalSegments'] : ['TotalSegments', 'Segment'];
    throw validationError(
      `The ${missing} parameter is required but was not present in the request when parameter ${given} is present`,
    );
  }
  if (segment === undefined || total === undefined) return { includes: () => true };
  if (segment >= total) {
    throw validationError(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return { includes: (slot) => Math.floor((slot * total) / SLOTS) === segment };
}

function slotOf(source: Source, item: Item): number {
  return Number.parseInt(hashOf(source, item).slice(0, 3), 16);
}

const hashes = new WeakMap<object, string>();

/** Of the partition key; kept, because a value never changes. */
function hashOf({ schema }: Source, item: Item): string {
  const value = item[schema.hash.name] ?? {};
  const known = hashes.get(value);
  if (known !== undefined) return known;
  const hash = createHash('md5').update(canonicalText(value)).digest('hex');
  hashes.set(value, hash);
  return hash;
}

function compare(source: Source, a: Item, b: Item): number {
  const [left, right] = [hashOf(source, a), hashOf(source, b)];
  if (left !== right) return left < right ? -1 : 1;
  return source.items.compare(a, b);
}
