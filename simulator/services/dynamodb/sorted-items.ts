import { attributesOf, type KeySchema } from './schema.ts';
import { canonicalText, compareValues, type Item } from './value.ts';

/**
 * Items by partition and, within it, in the order of the sort key: a table, or an index of one.
 *
 * Invariant: an item is here exactly when it has all attributes of the key, so that an index is sparse by itself.
 */
export class SortedItems {
  readonly #schema: KeySchema;
  readonly #primary: KeySchema;
  readonly #partitions = new Map<string, Item[]>();

  /** @param primary the table's own key, which tells items of an index apart */
  constructor(schema: KeySchema, primary: KeySchema) {
    this.#schema = schema;
    this.#primary = primary;
  }

  /** Puts `next` (or nothing) in the place of `previous` (or nothing). */
  replace(previous: Item | undefined, next: Item | undefined): void {
    if (previous && this.#holds(previous)) this.#remove(previous);
    if (next && this.#holds(next)) this.#insert(next);
  }

  find(key: Item): Item | undefined {
    const partition = this.partition(key);
    const position = this.#positionOf(partition, key);
    const item = partition[position];
    return item && this.compare(item, key) === 0 ? item : undefined;
  }

  /** The items with this partition key, in the order of the sort key. */
  partition(key: Item): readonly Item[] {
    return this.#partitions.get(this.#partitionOf(key)) ?? [];
  }

  all(): readonly Item[] {
    return [...this.#partitions.values()].flat();
  }

  /** The order within a partition: by sort key, then by the table's key. */
  compare(a: Item, b: Item): number {
    const { range } = this.#schema;
    const names = [...(range ? [range] : []), ...attributesOf(this.#primary)].map(({ name }) => name);
    for (const name of names) {
      const [left, right] = [a[name], b[name]];
      const order = left && right && compareValues(left, right);
      if (order !== undefined && order !== 0) return order;
    }
    return 0;
  }

  #holds(item: Item): boolean {
    return attributesOf(this.#schema).every(({ name, type }) => item[name]?.[type] !== undefined);
  }

  #partitionOf(item: Item): string {
    return canonicalText(item[this.#schema.hash.name] ?? {});
  }

  #insert(item: Item): void {
    const name = this.#partitionOf(item);
    const partition = this.#partitions.get(name) ?? [];
    this.#partitions.set(name, partition);
    partition.splice(this.#positionOf(partition, item), 0, item);
  }

  #remove(item: Item): void {
    const name = this.#partitionOf(item);
    const partition = this.#partitions.get(name) ?? [];
    const position = this.#positionOf(partition, item);
    const found = partition[position];
    if (found === undefined || this.compare(found, item) !== 0) return;
    partition.splice(position, 1);
    if (partition.length === 0) this.#partitions.delete(name);
  }

  /** Where an item is, or would be inserted (binary search). */
  #positionOf(partition: readonly Item[], item: Item): number {
    let low = 0;
    let high = partition.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const candidate = partition[middle];
      if (candidate && this.compare(candidate, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
