const KEPT_ITEMS_MAX = 3;
/** Of lists within items: the instances of one group, the attributes of one container instance. */
const KEPT_INNER_ITEMS_MAX = 20;

/**
 * An output as the trace keeps it: a copy in which each long list is replaced by its length. A day of a large fleet
 * answers millions of described instances, and nobody reads them.
 */
export function summarise(output: unknown): unknown {
  if (!isPlainObject(output)) return copyOf(output);
  return mapValues(output, (value) => (Array.isArray(value) ? copyOfList(value, KEPT_ITEMS_MAX) : copyOf(value)));
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return copyOfList(value, KEPT_INNER_ITEMS_MAX);
  return isPlainObject(value) ? mapValues(value, copyOf) : structuredClone(value);
}

function copyOfList(list: readonly unknown[], itemsMax: number): unknown {
  return list.length > itemsMax ? { items: list.length } : list.map(copyOf);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function mapValues(object: Record<string, unknown>, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
