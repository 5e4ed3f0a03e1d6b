import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

function writeTables(...args: string[]): Promise<{ readonly code: unknown; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['simulator/constraints/write-tables.ts', ...args], (error, _stdout, stderr) => {
      resolve({ code: error?.code, stderr });
    });
  });
}

test.each([
  ['/nonexistent', 'has no model of events'],
  ['/nonexistent/sqs/2012-11-05/service-2.json', 'cannot be read: ENOENT'],
  ['package.json', 'is the model of no service that is simulated'],
])('the making of tables from %s is refused in a line', async (source, words) => {
  const { code, stderr } = await writeTables(source);
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${source} ${words}.*\\n$`));
});
