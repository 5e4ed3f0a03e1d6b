import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { showReport } from '../../cli/display/report-view.ts';
import { createStoryView } from '../../cli/display/story-view.ts';
import { createTerminal } from '../../cli/display/terminal.ts';
import { makeReport, type Report } from '../../cli/report.ts';
import { type Packaged, play } from '../../cli/story/play.ts';
import { packageOnce } from '../packaged.ts';

/** What `npm start` plays, on the packaged artefact. */

const START = path.resolve(import.meta.dirname, '..', '..', 'cli', 'start.ts');

interface Telling {
  readonly report: Report;
  /** What a reader of a pipe sees. */
  readonly lines: readonly string[];
  readonly trace: string;
}

/** `--json` below measures the real ones. */
const BUNDLE = { functionName: 'ebbtide-prod-sweep', bytes: 900_000, archiveBytes: 200_000, loadMs: 100 };

let packaged: Packaged;
let told: Telling;

afterAll(() => vi.unstubAllEnvs());
beforeAll(async () => {
  vi.stubEnv('FORCE_COLOR', undefined);
  const { templateFile } = await packageOnce();
  packaged = { templatePath: templateFile, artifactsDirectory: path.dirname(templateFile) };
  told = await tell(1);
});

async function tell(seed: number): Promise<Telling> {
  const written: string[] = [];
  const terminal = createTerminal(
    new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done();
      },
    }),
  );
  const view = createStoryView(terminal);
  const played = await play({ ...packaged, seed, onEntry: view.entry, onMoment: view.moment });
  const report = makeReport({ seed, played, bundles: [BUNDLE], packagingMs: 0, storyMs: 0 });
  showReport(terminal, report);
  return { report, lines: written.join('').split('\n'), trace: played.simulator.kernel.trace.toJsonLines() };
}

function start(directory: string): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 256 * 1024 * 1024 };
    execFile(process.execPath, [START, '--json', '--packaged', directory], options, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

const broken = ({ invariants }: Report) =>
  invariants.flatMap(({ name, violation }) => (violation === undefined ? [] : [`${name}: ${violation.what}`]));

/** What the story has no part for: with its settings nothing is stopped or repaired, nothing lives on, and no event is malformed. */
const NOT_IN_THE_STORY = [
  /tasks that nobody waits for/,
  /No agent is restarted/,
  /repaired within an hour/,
  /No message is lost/,
  /once its instance is in service again/,
];

describe('the story', () => {
  test('breaks no invariant, and every invariant that it has a part for has been looked at', () => {
    expect(broken(told.report)).toEqual([]);
    const idle = told.report.invariants.filter(({ checks }) => checks === 0).map(({ name }) => name);
    expect(idle.filter((name) => NOT_IN_THE_STORY.every((part) => !part.test(name)))).toEqual([]);
  });

  test('breaks none with another seed either', async () => {
    expect(broken((await tell(2)).report)).toEqual([]);
  });

  test('completes each hook after the last task has stopped, in the median within 2 seconds', () => {
    const lags = told.report.drains.flatMap(({ lagMs }) => lagMs ?? []);
    expect(lags.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(0);
    expect(told.report.aims.find(({ what }) => what.startsWith('Last task'))).toMatchObject({ isReached: true });
  });

  test('lets exactly the instance with the standalone task go at its deadline, after an hour', () => {
    const cutShort = told.report.drains.filter(({ tasksLeft }) => tasksLeft > 0);
    expect(cutShort).toMatchObject([{ group: 'tools-workers', tasksLeft: 1, result: 'CONTINUE' }]);
    const [{ hookAt = '', completedAt = '' } = {}] = cutShort;
    expect((Date.parse(completedAt) - Date.parse(hookAt)) / 60_000).toBeCloseTo(60, -1);
  });

  test('tells on-call of the stuck drain, its deadline, the silent agent, the Spot notice, the outage; of nothing else', () => {
    const read = told.report.alerts.map(({ subject, attributes }) => [
      attributes.kind,
      attributes.state,
      subject.replace(/i-[0-9a-f]+/, 'i-').replace(/for .*/, 'for'),
    ]);
    expect(read).toEqual([
      ['drain', 'opened', '[tools] Drain of i- is stuck, 1 task left'],
      ['disconnection', 'opened', '[shop] Agent of i- disconnected for'],
      ['disconnection', 'resolved', '[shop] Resolved: agent of i- reconnected'],
      ['drain', 'escalated', '[tools] Drain of i- reached its deadline, 1 task left'],
      ['interruption', 'notice', '[shop] Spot interruption of i-: all tasks left in time'],
      ['outage', 'opened', expect.stringMatching(/^\[shop\] Outage: \d+ of 12 agents disconnected$/)],
      ['outage', 'resolved', '[shop] Resolved: outage, 0 agents still disconnected'],
    ]);
  });

  test('is read in a pipe: no escape sequences, and no line beyond 80 columns but for links', () => {
    expect(told.lines.filter((line) => line.includes('\u001b'))).toEqual([]);
    expect(told.lines.filter((line) => line.length > 80 && !line.includes('https://'))).toEqual([]);
    expect(told.lines.at(-2)).toMatch(/^All \d+ invariants held\. The same again: npm start -- --seed 1$/);
  });
});

describe('npm start -- --json', () => {
  test('gives the same trace for the same seed, byte for byte, in another process; then the report', async () => {
    const { code, stdout } = await start(packaged.artifactsDirectory);
    const end = stdout.lastIndexOf('\n', stdout.length - 2) + 1;
    expect(code).toBe(0);
    expect(stdout.slice(0, end) === told.trace).toBe(true);
    const { seed, drains, invariants } = JSON.parse(JSON.stringify(told.report));
    expect(JSON.parse(stdout.slice(end))).toMatchObject({ kind: 'report', seed, drains, invariants });
  });

  test('ends with 1, the invariant and the trace of it when on-call is woken too early', async () => {
    const directory = path.join(inject('runDirectory'), 'hasty');
    cpSync(packaged.artifactsDirectory, directory, { recursive: true });
    const template = path.join(directory, path.basename(packaged.templatePath));
    const hasty = readFileSync(template, 'utf8').replaceAll(/("EBBTIDE_DISCONNECTED_ALERT_MINUTES": )"10"/g, '$1"1"');
    writeFileSync(template, hasty);
    const { code, stdout } = await start(directory);
    const { invariants } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
    expect(code).toBe(1);
    const violation = invariants.find(({ name }) => name.startsWith('No alert about an agent before'))?.violation;
    expect(violation?.what).toMatch(/^an alert says that the agent of i-[0-9a-f]+ is away$/);
    expect(violation?.excerpt.map(({ kind }) => kind)).toContain('notification');
  });
});
