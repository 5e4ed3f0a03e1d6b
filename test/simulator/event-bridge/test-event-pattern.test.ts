import { expect, test } from 'vitest';
import { serveWorld } from '../serve/served-world.ts';

/** "Comparison operators for use in event patterns": each operator, with what it takes and what it does not. */
const OPERATORS: readonly (readonly [operator: string, pattern: unknown, takes: unknown, leaves: unknown])[] = [
  [
    'And',
    { Location: ['New York'], Day: ['Monday'] },
    { Location: 'New York', Day: 'Monday' },
    { Location: 'New York' },
  ],
  ['Anything-but', { state: [{ 'anything-but': 'initializing' }] }, { state: 'running' }, { state: 'initializing' }],
  ['Anything-but (list)', { n: [{ 'anything-but': [1, 2] }] }, { n: 3 }, { n: 2 }],
  [
    'Anything-but (begins with)',
    { r: [{ 'anything-but': { prefix: 'us-' } }] },
    { r: 'eu-west-1' },
    { r: 'us-east-1' },
  ],
  ['Anything-but (ends with)', { f: [{ 'anything-but': { suffix: '.png' } }] }, { f: 'a.txt' }, { f: 'a.png' }],
  [
    'Anything-but (ignore case)',
    { s: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] },
    { s: 'running' },
    { s: 'STOPPED' },
  ],
  [
    'Anything-but using a wildcard',
    { p: [{ 'anything-but': { wildcard: '*/lib/*' } }] },
    { p: '/usr/bin/x' },
    { p: '/usr/lib/x' },
  ],
  ['Begins with', { r: [{ prefix: 'us-' }] }, { r: 'us-east-1' }, { r: 'eu-west-1' }],
  [
    'Begins with (ignore case)',
    { s: [{ prefix: { 'equals-ignore-case': 'eventb' } }] },
    { s: 'EventBridge' },
    { s: 'x' },
  ],
  ['Empty', { name: [''] }, { name: '' }, { name: ' ' }],
  ['Equals', { name: ['Alice'] }, { name: 'Alice' }, { name: 'alice' }],
  ['Equals (ignore case)', { name: [{ 'equals-ignore-case': 'alice' }] }, { name: 'ALICE' }, { name: 'Bob' }],
  ['Ends with', { f: [{ suffix: '.png' }] }, { f: 'a.png' }, { f: 'a.PNG' }],
  [
    'Ends with (ignore case)',
    { s: [{ suffix: { 'equals-ignore-case': 'tBridge' } }] },
    { s: 'EventBridge' },
    { s: 'x' },
  ],
  ['Exists', { p: [{ exists: true }] }, { p: 0 }, { q: 0 }],
  ['Does not exist', { p: [{ exists: false }] }, { q: 0 }, { p: null }],
  ['Not', { w: [{ 'anything-but': ['Raining'] }] }, { w: 'Sunny' }, { w: 'Raining' }],
  ['Null', { id: [null] }, { id: null }, { id: 'null' }],
  ['Numeric (equals)', { price: [{ numeric: ['=', 100] }] }, { price: 1e2 }, { price: 101 }],
  ['Numeric (range)', { price: [{ numeric: ['>', 10, '<=', 20] }] }, { price: 20 }, { price: 10 }],
  ['Or', { pay: ['Credit', 'Debit'] }, { pay: 'Debit' }, { pay: 'Cash' }],
  ['Or (multiple fields)', { $or: [{ a: ['x'] }, { b: [{ numeric: ['<', 3] }] }] }, { b: 2 }, { a: 'y', b: 3 }],
  ['IP address', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.0.255' }, { ip: '10.0.1.0' }],
  ['Wildcard', { f: [{ wildcard: 'dir/*.png' }] }, { f: 'dir/a/b.png' }, { f: 'dir/a.jpg' }],
];

const INVALID: readonly (readonly [what: string, pattern: string, reason: string])[] = [
  ['text that is no JSON', '{"detail":', 'JSON'],
  ['no object', '["me"]', 'Filter is not an object'],
  ['an empty object', '{"detail":{}}', 'Empty objects are not allowed'],
  ['an empty array', '{"detail":{"a":[]}}', 'Empty arrays are not allowed'],
  ['a value without an array', '{"detail":{"a":"b"}}', '"a" must be an object or an array'],
  ['an array in an array', '{"detail":{"a":[["b"]]}}', 'Match value must be String, number, true, false, or null'],
  ['an unknown operator', '{"detail":{"a":[{"contains":"b"}]}}', 'Unrecognized match type contains'],
  [
    'two operators at once',
    '{"detail":{"a":[{"prefix":"b","suffix":"c"}]}}',
    'Only one key allowed in match expression',
  ],
  ['a prefix that is no text', '{"detail":{"a":[{"prefix":1}]}}', 'prefix match pattern must be a string'],
  ['a wildcard that is no text', '{"detail":{"a":[{"wildcard":1}]}}', 'wildcard match pattern must be a string'],
  ['wildcards side by side', '{"detail":{"a":[{"wildcard":"a**b"}]}}', 'Consecutive wildcard characters at pos'],
  ['exists of no truth value', '{"detail":{"a":[{"exists":1}]}}', 'exists match pattern must be either true or false.'],
  ['numeric of no array', '{"detail":{"a":[{"numeric":5}]}}', 'Value of numeric must be an array.'],
  ['an unknown numeric operator', '{"detail":{"a":[{"numeric":["!=",5]}]}}', 'Unrecognized numeric range operator'],
  ['an empty range', '{"detail":{"a":[{"numeric":[">",5,"<",5]}]}}', 'Bottom must be less than top'],
  ['mixed types', '{"detail":{"a":[{"anything-but":["b",1]}]}}', 'mixed type is not supported'],
  ['an unknown anything-but', '{"detail":{"a":[{"anything-but":{"numeric":1}}]}}', 'Unsupported anything-but pattern'],
  ['an empty prefix', '{"detail":{"a":[{"anything-but":{"prefix":""}}]}}', 'Null prefix/suffix not allowed'],
  ['an address without its length', '{"detail":{"a":[{"cidr":"10.0.0.0"}]}}', 'Malformed CIDR'],
];

function eventOf(detail: unknown): string {
  const envelope = { id: '1', account: '111122223333', time: '2026-01-05T08:00:00Z', region: 'eu-central-1' };
  return JSON.stringify({ ...envelope, source: 'me', 'detail-type': 'Something', resources: [], detail });
}

test('TestEventPattern knows every published operator', async () => {
  const { call } = await serveWorld('clusters: [{ name: prod }]');
  const isMatch = async (pattern: unknown, detail: unknown) => {
    const EventPattern = JSON.stringify({ detail: pattern });
    return (await call<{ Result: boolean }>('events', 'TestEventPattern', { EventPattern, Event: eventOf(detail) }))
      .Result;
  };
  for (const [operator, pattern, takes, leaves] of OPERATORS) {
    expect({ operator, takes: await isMatch(pattern, takes) }).toEqual({ operator, takes: true });
    expect({ operator, leaves: await isMatch(pattern, leaves) }).toEqual({ operator, leaves: false });
  }
});

test('TestEventPattern and PutRule refuse patterns that are none, with the reason', async () => {
  const { call } = await serveWorld('clusters: [{ name: prod }]');
  for (const [what, EventPattern, reason] of INVALID) {
    for (const [operation, input] of [
      ['TestEventPattern', { EventPattern, Event: eventOf({}) }],
      ['PutRule', { Name: 'x', EventPattern }],
    ] as const) {
      const error = await call('events', operation, input).then(
        () => new Error('it succeeded'),
        (thrown: Error) => thrown,
      );
      expect({ what, operation, name: error.name, message: error.message }).toEqual({
        what,
        operation,
        name: 'InvalidEventPatternException',
        message: expect.stringMatching(/^Event pattern is not valid\. Reason: /),
      });
      expect(error.message).toContain(reason);
    }
  }
});

test('TestEventPattern refuses what is no event', async () => {
  const { call } = await serveWorld('clusters: [{ name: prod }]');
  const input = { EventPattern: '{"source":["me"]}', Event: '{"source":"me"}' };
  await expect(call('events', 'TestEventPattern', input)).rejects.toThrow('Parameter Event is not valid.');
});
