const compiledPatterns = new Map<string, RegExp>();

/** Matches IAM's wildcards: `*` for any run of characters, `?` for exactly one. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  let compiled = compiledPatterns.get(pattern);
  if (compiled === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]');
    compiled = new RegExp(`^${source}$`);
    compiledPatterns.set(pattern, compiled);
  }
  return compiled.test(value);
}

/**
 * Matches an ARN part by part: a wildcard never reaches across one of the first five colons (IAM User Guide, "Amazon
 * Resource Name (ARN) condition operators").
 */
export function matchesArn(pattern: string, value: string): boolean {
  if (pattern === '*') return true;
  const patternParts = partsOf(pattern);
  const valueParts = partsOf(value);
  if (patternParts.length !== 6 || valueParts.length !== 6) return false;
  return patternParts.every((part, index) => matchesPattern(part, valueParts[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}
