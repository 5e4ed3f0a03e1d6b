import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showReport } from '../../../cli/display/report-view.ts';
import { createStoryView } from '../../../cli/display/story-view.ts';
import { createTerminal } from '../../../cli/display/terminal.ts';
import type { Report } from '../../../cli/report.ts';

const AT = '2026-01-05T08:14:32.000Z';
const EC2 = 'i-0bfa05d863a650e64';

beforeEach(() => vi.stubEnv('FORCE_COLOR', '0'));
afterEach(() => vi.unstubAllEnvs());

function terminalOf(columns: number) {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const terminal = createTerminal(Object.assign(stream, { isTTY: true, columns }));
  return { terminal, lines: () => written.join('').split('\n') };
}

const RELEASED = {
  atMs: Date.parse(AT),
  what: 'released',
  style: undefined,
  ec2InstanceId: EC2,
  text: 'CONTINUE after 1 h (20 heartbeats); not stopped: 1 nightly-export',
};

test('A moment has the clock, what happened, the end of the instance id, and hangs under its text', () => {
  const { terminal, lines } = terminalOf(80);
  createStoryView(terminal).moment(RELEASED);
  expect(lines()).toEqual([
    '08:14:32  released     i-…50e64  CONTINUE after 1 h (20 heartbeats); not',
    '                                 stopped: 1 nightly-export',
    '',
  ]);
});

test('A wide terminal shows whole instance ids', () => {
  const { terminal, lines } = terminalOf(120);
  createStoryView(terminal).moment(RELEASED);
  expect(lines()[0]).toContain(`released     ${EC2}  CONTINUE`);
});

test('Chapters are counted, with their text under them and the clock at the right', () => {
  const { terminal, lines } = terminalOf(80);
  const view = createStoryView(terminal);
  for (const chapter of ['A ghost', 'All quiet']) view.entry({ at: AT, kind: 'note', chapter, text: 'Ten minutes.' });
  expect(lines().filter((line) => line.includes('─'))).toEqual([
    expect.stringMatching(/^1 {2}A ghost {2}─+ {2}08:14:32$/),
    expect.stringMatching(/^2 {2}All quiet {2}─+ {2}08:14:32$/),
  ]);
  expect(lines()).toContain('   Ten minutes.');
});

const NOTHING: Report = {
  seed: 7,
  drains: [],
  alerts: [],
  alarms: [],
  calls: { total: 0, functions: [], perDrain: [], sweep: { sweeps: 0, standingCalls: 0, quiet: [] }, otherEvents: 0 },
  invariants: [],
  bundles: [],
  aims: [],
  time: { virtualMs: 3_600_000, packagingMs: 0, storyMs: 5_000 },
};

test('A broken invariant says what is wrong, when, how often, and shows the trace of it', () => {
  const excerpt = [{ at: AT, kind: 'world', subject: EC2, change: 'lifecycle action ended' } as const];
  const violation = { at: AT, what: `${EC2} was let go with service:checkout STOPPING`, excerpt };
  const verdict = { name: 'A hook is completed late enough', checks: 4, violations: 2, violation };
  const { terminal, lines } = terminalOf(100);
  showReport(terminal, { ...NOTHING, invariants: [verdict] });
  expect(lines()).toEqual(
    expect.arrayContaining([
      '  BROKEN       4  A hook is completed late enough',
      `          08:14:32 ${EC2} was let go with service:checkout STOPPING (2 violations)`,
      `            08:14:32 world {"subject":"${EC2}","change":"lifecycle action ended"}`,
      '1 invariant of 1 broken. The same again: npm start -- --seed 7',
    ]),
  );
});

test('An aim that was missed says why, one that was reached does not', () => {
  const aim = { aim: '8 or fewer', measured: '7.0', isReached: true, whyMissed: 'It keeps records.' };
  const { terminal, lines } = terminalOf(100);
  showReport(terminal, { ...NOTHING, aims: [{ ...aim, what: 'Calls' }] });
  expect(lines()).not.toContain('  It keeps records.');
  showReport(terminal, { ...NOTHING, aims: [{ ...aim, what: 'Calls', measured: '23.1', isReached: false }] });
  expect(lines()).toContain('  It keeps records.');
});
