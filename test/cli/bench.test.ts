import { expect, test } from 'vitest';
import { run } from './command.ts';

const BENCH = '../bench/bench.ts';

test('The measurements explain their options, and that they need a package', async () => {
  const { code, stdout } = await run(BENCH, ['--help']);
  expect(code).toBe(0);
  for (const words of ['--instances', 'npm run package']) expect(stdout).toContain(words);
});

test.each([
  [['--instances', '0'], 'A whole number from 1 on'],
  [['--fast'], "unknown option '--fast'"],
  [['again'], 'too many arguments'],
])('Wrong usage of them is told in a line: %j', async (args, words) => {
  const { code, stdout, stderr } = await run(BENCH, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/^error: .*\n--help shows the options\.\n$/);
});
