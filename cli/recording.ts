/** An event of a recording, with the line that it stands on; undefined in a file that is one JSON document. */
export interface RecordedLine {
  readonly line: number | undefined;
  readonly event: unknown;
}

export interface ParsedRecording {
  readonly events: readonly RecordedLine[];
  /** What is wrong, each with its place. */
  readonly problems: readonly string[];
}

/** Exports of CloudWatch Logs and `aws logs tail` put an instant, and the latter a stream, before the message. */
const LOG_PREFIX = /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?\s+(?:\S+\s+)?(?=\{)/;

/**
 * Reads recorded events: a JSON array, one JSON object per line, lines of CloudWatch Logs with an instant before the
 * object, or the answer of `aws logs filter-log-events`, whose messages are the events.
 */
export function parseRecording(text: string): ParsedRecording {
  const whole = parseJson(text);
  if (whole.isJson) return fromDocument(whole.value);
  const events: RecordedLine[] = [];
  const problems: string[] = [];
  for (const [index, row] of text.split('\n').entries()) {
    const line = index + 1;
    const trimmed = row.trim();
    if (trimmed === '') continue;
    const parsed = parseJson(trimmed.replace(LOG_PREFIX, ''));
    if (parsed.isJson) events.push({ line, event: unwrap(parsed.value) });
    else problems.push(`${line}: ${parsed.reason}`);
  }
  return { events, problems };
}

function fromDocument(value: unknown): ParsedRecording {
  const list = Array.isArray(value) ? value : isObject(value) && Array.isArray(value.events) ? value.events : [value];
  return { events: list.map((event) => ({ line: undefined, event: unwrap(event) })), problems: [] };
}

/** A log event holds the event as text. */
function unwrap(value: unknown): unknown {
  if (!isObject(value) || typeof value.message !== 'string' || 'detail-type' in value) return value;
  const inner = parseJson(value.message.trim());
  return inner.isJson ? inner.value : value;
}

function parseJson(
  text: string,
): { readonly isJson: true; readonly value: unknown } | { readonly isJson: false; readonly reason: string } {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch (error) {
    return { isJson: false, reason: error instanceof Error ? error.message : 'no JSON' };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
