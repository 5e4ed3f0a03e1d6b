/**
 * Whether a name is let in by patterns such as `prod-*`, `!prod-batch`: at least one pattern matches, and none of those
 * with `!` does. `*` stands for any text.
 */
export function isNameIn(patterns: readonly string[], name: string): boolean {
  const leftOut = patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name));
  return !leftOut && patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
