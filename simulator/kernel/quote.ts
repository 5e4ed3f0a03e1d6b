const LENGTH_MAX = 100;

/** A value of somebody else's in an error: as JSON, and not at any length. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}...` : text;
}
