import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, inject, test } from 'vitest';

const run = promisify(execFile);
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts `serve` on a free port. Resolves with its address once it says it. */
async function startServing(...options: string[]) {
  const child = spawn(process.execPath, ['cli/simulator.ts', 'serve', '--port', '0', ...options]);
  started.push(child);
  let text = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('Ctrl-C')) break;
  }
  return { child, text, url: /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '' };
}

function failing(...options: string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return run(process.execPath, ['cli/simulator.ts', ...options]).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  );
}

test.each(['SIGTERM', 'SIGINT'] as const)('serves a fleet, takes commands and ends well on %s', async (signal) => {
  const { child, text, url } = await startServing('--stepped', '--fleet', 'docs/examples/small-fleet.yml');
  expect(text).toContain(`aws --endpoint-url ${url} ecs list-clusters`);
  const control = ['cli/simulator.ts', 'control', '--url', url, 'scale-group', 'group=web', 'desired=4'];
  const { stdout } = await run(process.execPath, control);
  expect(JSON.parse(stdout)).toEqual({ now: expect.stringMatching(/^2026-01-05T08:/) });
  const ended = once(child, 'exit');
  child.kill(signal);
  expect(await ended).toEqual([0, null]);
});

test('in real time the world has the time of the machine that serves it', async () => {
  const { url } = await startServing('--fleet', 'docs/examples/small-fleet.yml');
  const response = await fetch(url, {
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260105/eu-central-1/sts/aws4_request',
    },
  });
  const aheadMs = Date.parse(response.headers.get('date') ?? '') - Date.now();
  expect(Math.abs(aheadMs)).toBeLessThan(60_000);
});

test('what is wrong is told in a line, with an exit code of its own', async () => {
  const fleet = path.join(inject('runDirectory'), 'wrong-fleet.yml');
  writeFileSync(fleet, 'clusters:\n  - name: 7\n');
  const wrong = await failing('serve', '--fleet', fleet);
  expect(wrong).toMatchObject({
    code: 2,
    stderr: `${fleet}:2: clusters[0].name: Invalid input: expected string, received number\n`,
  });
  expect(await failing('serve', '--speed', '0')).toMatchObject({ code: 2 });
  expect(await failing('serve', '--fleet', 'none.yml')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^none\.yml cannot be read: ENOENT.*\n$/),
  });
  const { url } = await startServing('--stepped');
  expect(await failing('serve', '--port', new URL(url).port)).toMatchObject({
    code: 3,
    stderr: `Port ${new URL(url).port} is in use; --port chooses another, --port 0 any that is free.\n`,
  });
});

test.each([
  ['--parameter', 'A=b'],
  ['--existing', 'A=b'],
  ['--code', 'A=b'],
  ['--function', 'A=b'],
  ['--skip-unmodelled'],
])('%s needs a template', async (...options) => {
  expect(await failing('serve', ...options)).toMatchObject({
    code: 2,
    stderr: `error: ${options[0]} needs --template\n--help shows the options.\n`,
  });
});

test('a template that is no YAML is told with its line, as the other documents are', async () => {
  const template = path.join(inject('runDirectory'), 'wrong-template.yml');
  writeFileSync(template, 'Resources:\n  A: !Nonsense b\n');
  expect(await failing('serve', '--template', template)).toMatchObject({
    code: 2,
    stderr: `${template}:2: Unresolved tag: !Nonsense\n`,
  });
});

test('time cannot be stepped and have a speed', async () => {
  expect(await failing('serve', '--stepped', '--speed', '2')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'--stepped' cannot be used with option '--speed <number>'"),
  });
});

test('a control command that is wrong ends with 2, and one that the fleet cannot follow with 3', async () => {
  const { url } = await startServing('--stepped');
  const control = (...words: string[]) => failing('control', '--url', url, ...words);
  expect(await control('scale-grup', 'group=web', 'desired=2')).toMatchObject({ code: 2 });
  expect(await control('scale-group', 'group=web', 'desired=two')).toMatchObject({ code: 2 });
  expect(await control('scale-group', 'group')).toMatchObject({ code: 2, stderr: '"group" is no field=value\n' });
  expect(await control('scale-group', 'group=web', 'desired=2')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('the fleet has no Auto Scaling group web'),
  });
});
