import { expect, test } from 'vitest';
import { clockTime, count, duration, hanging, median, wrap } from '../../../cli/display/text.ts';

test('A text is broken at spaces and fills each line', () => {
  expect(wrap('the hook is kept alive', 11)).toEqual(['the hook is', 'kept alive']);
});

test('A link stays whole, however long it is', () => {
  expect(wrap('see https://example.com/a/long/path now', 10)).toEqual([
    'see',
    'https://example.com/a/long/path',
    'now',
  ]);
});

test('An empty text is one empty line', () => {
  expect(wrap('', 10)).toEqual(['']);
});

test('A paragraph hangs under its first word', () => {
  expect(hanging('08:00:00  ', 'a task that takes six minutes to stop', 32)).toEqual([
    '08:00:00  a task that takes six',
    '          minutes to stop',
  ]);
});

test.each([
  [80, '0.1 s'],
  [1_960, '2.0 s'],
  [91_400, '91 s'],
  [120_000, '2 min'],
  [1_021_000, '17 min 1 s'],
  [3_600_000, '1 h'],
  [11_460_000, '3 h 11 min'],
])('%d ms read as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('The clock shows UTC', () => {
  expect(clockTime(Date.UTC(2026, 0, 5, 8, 14, 32))).toBe('08:14:32');
});

test('One of a thing is not several of it', () => {
  expect([count(0, 'task'), count(1, 'task'), count(3_078, 'call')]).toEqual(['0 tasks', '1 task', '3,078 calls']);
});

test('The median of an even number of values lies between the middle ones', () => {
  expect([median([]), median([3]), median([4, 1, 2]), median([4, 1, 2, 10])]).toEqual([undefined, 3, 2, 3]);
});
