// As a namespace: a bundler cannot take `import { z }` apart, which brings all of zod with all its locales, 430 KB.
import * as z from 'zod/mini';

/** An event of EventBridge as a rule puts it into a queue (EventBridge User Guide, Events: metadata). */
export interface EventBridgeEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly account: string;
  readonly region: string;
  readonly timeMs: number;
  readonly resources: readonly string[];
  /** Without null values: AWS sends an absent value either way. */
  readonly detail: unknown;
}

/** An event that asks nothing of Ebbtide. */
export interface IgnoredEvent {
  readonly kind: 'ignored';
  readonly reason: string;
}

/** An event that claims to be of a known kind and does not have its shape; every problem names field and value. */
export class MalformedEventError extends Error {
  readonly problems: readonly string[];

  constructor(event: string, problems: readonly string[], options?: ErrorOptions) {
    super(`Malformed ${event}: ${problems.join('; ')}`, options);
    this.name = 'MalformedEventError';
    this.problems = problems;
  }
}

const envelope = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string(),
  region: z.string(),
  // With or without a fraction of a second: services differ.
  time: z.iso.datetime(),
  resources: z._default(z.array(z.string()), []),
  detail: z.looseObject({}),
});

/** @throws MalformedEventError when the body is not JSON or not an event */
export function parseEnvelope(body: string): EventBridgeEvent {
  const { 'detail-type': detailType, time, ...rest } = parse(envelope, parseJson(body), 'event', []);
  return { ...rest, detailType, timeMs: Date.parse(time) };
}

/** @throws MalformedEventError when the detail does not have the shape */
export function parseDetail<Schema extends z.ZodMiniType>(schema: Schema, event: EventBridgeEvent): z.output<Schema> {
  return parse(schema, event.detail, `"${event.detailType}" event ${event.id}`, ['detail']);
}

function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  event: string,
  at: readonly PropertyKey[],
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new MalformedEventError(
    event,
    result.error.issues.map((issue) => describeIssue(issue, input, at)),
  );
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown, at: readonly PropertyKey[]): string {
  const value = issue.path.reduce<unknown>(
    (found, key) => (found as Partial<Record<PropertyKey, unknown>>)[key],
    input,
  );
  const field = [...at, ...issue.path].join('.') || 'body';
  return `${field} is ${quote(value)}, expected ${expectation(issue)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_format') return issue.format === 'regex' ? `${issue.pattern}` : issue.format;
  return issue.code;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, (_key, value) => (value === null ? undefined : value));
  } catch (cause) {
    throw new MalformedEventError('event', [`body is ${quote(body)}, expected JSON`], { cause });
  }
}

/** Enough of a value to recognise it by; a body may be 256 KB. */
const QUOTED_LENGTH_MAX = 200;

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}...` : text;
}
