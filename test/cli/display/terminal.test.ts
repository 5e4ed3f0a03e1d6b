import { Writable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { table } from '../../../cli/display/table.ts';
import { createTerminal } from '../../../cli/display/terminal.ts';

afterEach(() => vi.unstubAllEnvs());

function output(options: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, options, { text: () => written.join('') });
}

test('A pipe has 80 columns and no colours', () => {
  vi.stubEnv('FORCE_COLOR', undefined);
  const terminal = createTerminal(output());
  expect(terminal.width).toBe(80);
  expect(terminal.paint('bad', 'ALERT')).toBe('ALERT');
});

test('FORCE_COLOR colours a pipe too, with standard colours only', () => {
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('FORCE_COLOR', '1');
  expect(createTerminal(output()).paint('bad', 'ALERT')).toBe('\u001b[1m\u001b[31mALERT\u001b[39m\u001b[22m');
});

test.each([
  [40, 60],
  [100, 100],
  [300, 140],
])('A terminal of %d columns is filled to %d', (columns, width) => {
  expect(createTerminal(output({ isTTY: true, columns })).width).toBe(width);
});

test('A status is shown where somebody watches, and gives way to the next line', () => {
  const watched = output({ isTTY: true, columns: 80 });
  const terminal = createTerminal(watched);
  terminal.status('Packaging');
  terminal.write('Packaged.');
  expect(watched.text()).toBe('Packaging\r\u001b[2KPackaged.\n');
});

test('A status is not shown in a pipe', () => {
  const piped = output();
  const terminal = createTerminal(piped);
  terminal.status('Packaging');
  terminal.write('Packaged.');
  expect(piped.text()).toBe('Packaged.\n');
});

test('The columns of a table are as wide as their longest text', () => {
  const lines = table(
    [
      { title: 'operation', text: ({ name }: { name: string; calls: number }) => name },
      { title: 'calls', align: 'right', text: ({ calls }) => String(calls) },
    ],
    [
      { name: 'ecs:ListTasks', calls: 7 },
      { name: 'sns:Publish', calls: 1_200 },
    ],
    (_style, text) => text,
  );
  expect(lines).toEqual(['operation      calls', 'ecs:ListTasks      7', 'sns:Publish     1200']);
});
