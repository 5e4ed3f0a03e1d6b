import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { settings } from '../../shared/config/settings.ts';

const page = readFileSync('docs/behaviour.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the table of behaviour', () => {
  test.each(rows.map((row) => row[4] ?? ''))('names a test that there is: %s', (proof) => {
    const [, file, words] = /\(\.\.\/(.*)\): (.*)$/.exec(proof) ?? [];
    expect(readFileSync(file ?? '', 'utf8')).toContain(words);
  });

  test('names settings that there are', () => {
    const named = rows.flatMap((row) => [...(row[3] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''));
    expect(named.filter((name) => !(name in settings))).toEqual([]);
  });
});
