const KEPT_ITEMS_MAX = 3;

/**
 * An output as the trace keeps it: a copy in which each long list at the top is replaced by its length. A day of a
 * large fleet answers millions of described instances, and nobody reads them.
 */
export function summarise(output: unknown): unknown {
  if (typeof output !== 'object' || output === null) return output;
  const members = Object.entries(output).map(([name, value]) => [
    name,
    Array.isArray(value) && value.length > KEPT_ITEMS_MAX ? { items: value.length } : value,
  ]);
  return structuredClone(Object.fromEntries(members));
}
