/** The members of a value of unknown shape; none, if it has none. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
