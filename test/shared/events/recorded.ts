import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type EventBridgeEvent, MalformedEventError, parseEnvelope } from '../../../shared/events/envelope.ts';

/** Events as EventBridge sends them, to be bent by tests. */

type Json = Record<string, unknown>;
export type RecordedEvent = Json & { readonly detail: Json };

export function recorded(name: string): RecordedEvent {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
}

export function without<T extends Json>(fields: T, field: string): T {
  const { [field]: _, ...rest } = fields;
  return rest as T;
}

export function withDetail(event: RecordedEvent, detail: Json): RecordedEvent {
  return { ...event, detail: { ...event.detail, ...detail } };
}

/** As a handler does it: from the body of a queue's message. */
export function parsed(event: unknown): EventBridgeEvent {
  return parseEnvelope(JSON.stringify(event));
}

const ANY_TYPE: readonly unknown[] = ['text', 42, true, ['text'], { some: 'thing' }];

/** Values of each JSON type but the given value's own. */
export function valuesOfOtherTypes(value: unknown): readonly unknown[] {
  const kind = (of: unknown) => (Array.isArray(of) ? 'array' : typeof of);
  return ANY_TYPE.filter((candidate) => kind(candidate) !== kind(value));
}

/** What the absence of an optional field means. */
type Defaults<T> = Readonly<Record<string, (complete: T) => unknown>>;

/** Takes each field of a recorded detail away in turn, and gives it a value of every wrong type. */
export function describeFields<T>(
  fixture: string,
  parse: (event: EventBridgeEvent) => T,
  fields: { readonly required: readonly string[]; readonly optional: Defaults<T> },
): void {
  const event = recorded(fixture);
  const complete = parse(parsed(event));
  const used = [...fields.required, ...Object.keys(fields.optional)];

  test.each(fields.required)(`${fixture}: cannot do without %s`, (field) => {
    for (const detail of [without(event.detail, field), { ...event.detail, [field]: null }]) {
      expect(() => parse(parsed({ ...event, detail }))).toThrow(`detail.${field} is absent, expected string`);
    }
  });

  test.each(Object.entries(fields.optional))(`${fixture}: does without %s`, (field, whatItMeans) => {
    expect(event.detail).toHaveProperty(field);
    expect(parse(parsed({ ...event, detail: without(event.detail, field) }))).toEqual(whatItMeans(complete));
    expect(parse(parsed(withDetail(event, { [field]: null })))).toEqual(whatItMeans(complete));
  });

  test.each(used)(`${fixture}: names %s and its value when it is of the wrong type`, (field) => {
    for (const value of valuesOfOtherTypes(event.detail[field])) {
      expect(() => parse(parsed(withDetail(event, { [field]: value })))).toThrow(MalformedEventError);
      expect(() => parse(parsed(withDetail(event, { [field]: value })))).toThrow(
        `event ${event.id}: detail.${field} is ${JSON.stringify(value)}, expected`,
      );
    }
  });

  test.each([...Object.keys(event.detail).filter((field) => !used.includes(field)), 'SomeNewField'])(
    `${fixture}: does not care about %s`,
    (field) => {
      expect(parse(parsed({ ...event, detail: without(event.detail, field) }))).toEqual(complete);
      for (const value of ANY_TYPE) {
        expect(parse(parsed(withDetail(event, { [field]: value })))).toEqual(complete);
      }
    },
  );
}
