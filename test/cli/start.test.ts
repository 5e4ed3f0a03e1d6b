import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const START = path.resolve(import.meta.dirname, '..', '..', 'cli', 'start.ts');

function start(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [START, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('--help explains the options, the lines of --json and the exit codes', async () => {
  const { code, stdout } = await start('--help');
  expect(code).toBe(0);
  for (const word of ['--seed', '--json', '--packaged', 'dead-letter', 'Exit code', 'NO_COLOR']) {
    expect(stdout).toContain(word);
  }
});

test.each([
  [['--sead', '7'], "unknown option '--sead'"],
  [['--seed', 'seven'], 'A seed is a whole number'],
  [['again'], 'too many arguments'],
])('Wrong usage is named on standard error: %j', async (args, message) => {
  const { code, stdout, stderr } = await start(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('--help shows the options.');
});

test('A package that is not there is a failure, and says which file', async () => {
  const { code, stderr } = await start('--packaged', 'nowhere');
  expect(code).toBe(3);
  expect(stderr).toContain(path.join('nowhere', 'cloudformation-template-update-stack.json'));
});
