/**
 * The entry of a table under a key that a request or a document brings; undefined where it has none. Indexing finds what
 * every object has by birth, too (`constructor`, `__proto__`).
 */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
