import type { Verdict } from '../../simulator/invariants/invariant.ts';
import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import type { BundleMeasure } from '../measures/bundles.ts';
import { type DrainReport, loadTime, megabytes, type Notification, type Report } from '../report.ts';
import { callLines, shortName } from './calls-view.ts';
import { type Column, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { clockTime, count, duration, hanging } from './text.ts';

/** Shows what the story came to. */
export function showReport(terminal: Terminal, report: Report): void {
  const { write, paint, width } = terminal;
  const section = (title: string, lines: readonly string[]) => {
    write('', paint('heading', title), ...lines.map((line) => `  ${line}`));
  };
  const inner = width - 2;
  section('Drained instances', drainLines(report, terminal, inner));
  section('What on-call read', alertLines(report, terminal, inner));
  section('API calls', callLines(report, terminal, inner));
  section('Functions', table(BUNDLE_COLUMNS, report.bundles, paint));
  section('Aims', aimLines(report, terminal, inner));
  section(
    'Invariants',
    report.invariants.flatMap((verdict) => verdictLines(verdict, terminal, inner)),
  );
  section('Time', timeLines(report));
  write('', ...closingLines(report, terminal));
}

const timeOf = (at: string | undefined) => (at === undefined ? '-' : clockTime(Date.parse(at)));

const DRAIN_COLUMNS: readonly Column<DrainReport>[] = [
  { title: 'instance', text: ({ ec2InstanceId }) => ec2InstanceId },
  { title: 'hook', text: ({ hookAt }) => timeOf(hookAt) },
  { title: 'draining', text: ({ drainingAt }) => timeOf(drainingAt) },
  { title: 'last stop', text: ({ lastTaskStoppedAt }) => timeOf(lastTaskStoppedAt) },
  { title: 'completed', text: ({ completedAt }) => timeOf(completedAt) },
  {
    title: 'lag',
    align: 'right',
    text: ({ lagMs, tasksLeft }) => (lagMs === undefined ? `${tasksLeft} left` : `${(lagMs / 1_000).toFixed(1)} s`),
    style: ({ lagMs }) => (lagMs === undefined ? 'warning' : undefined),
  },
  { title: 'calls', align: 'right', text: ({ apiCalls }) => apiCalls.toFixed(1) },
];

function drainLines({ drains }: Report, { paint }: Terminal, width: number): string[] {
  return [
    ...table(DRAIN_COLUMNS, drains, paint),
    '',
    ...hanging(
      '',
      'lag: from the last task that reached STOPPED to CompleteLifecycleAction. calls: every AWS API call that names the ' +
        'instance, its registration, its tasks, its lifecycle action or its incident, and those made for it by the way; a ' +
        'call for k drained instances counts 1/k for each.',
      width,
    ),
  ];
}

function alertLines({ alerts, alarms }: Report, { paint }: Terminal, width: number): string[] {
  const ringing = alarms.filter(({ subject }) => subject.startsWith('ALARM'));
  const quiet = alarms.length - ringing.length;
  return [
    ...alerts.flatMap((alert) => [...alertText(alert, paint, width), '']),
    ...ringing.flatMap(({ at, subject }) => hanging(`${timeOf(at)}  `, subject, width)),
    `${count(alerts.length, 'alert')}; CloudWatch alarms: ${ringing.length} rang, ${quiet} said OK.`,
  ];
}

function alertText(
  { at, subject, attributes, message }: Notification,
  paint: Terminal['paint'],
  width: number,
): string[] {
  const { id, ...others } = attributes;
  const style = attributes.state === 'resolved' ? 'good' : attributes.severity === 'critical' ? 'bad' : 'warning';
  const [first = '', ...rest] = hanging(`${timeOf(at)}  `, subject, width);
  const filters = Object.entries(others).map(([name, value]) => `${name}=${value}`);
  return [
    ...[first, ...rest].map((line) => paint(style, line)),
    ...hanging('          ', filters.join(' '), width).map((line) => paint('quiet', line)),
    ...message.split('\n').flatMap((line) => bodyLine(line, width)),
  ];
}

function bodyLine(line: string, width: number): string[] {
  const bullet = line.startsWith('  - ') ? '            - ' : '          ';
  return hanging(bullet, line.replace(/^ {2}- /, ''), width);
}

const BUNDLE_COLUMNS: readonly Column<BundleMeasure>[] = [
  { title: 'function', text: ({ functionName }) => shortName(functionName) },
  { title: 'bundle', align: 'right', text: ({ bytes }) => megabytes(bytes) },
  { title: 'archive', align: 'right', text: ({ archiveBytes }) => megabytes(archiveBytes) },
  { title: 'loads in', align: 'right', text: ({ loadMs }) => loadTime(loadMs) },
];

const AIM_COLUMNS: readonly Column<Report['aims'][number]>[] = [
  {
    title: '',
    text: ({ isReached }) => (isReached ? 'reached' : 'missed'),
    style: ({ isReached }) => (isReached ? 'good' : 'warning'),
  },
  { title: 'what', text: ({ what }) => what },
  { title: 'aim', align: 'right', text: ({ aim }) => aim },
  { title: 'measured', align: 'right', text: ({ measured }) => measured },
];

/** A miss without its reason would look like a defect that nobody has seen. */
function aimLines({ aims }: Report, { paint }: Terminal, width: number): string[] {
  const reasons = aims.flatMap(({ isReached, whyMissed }) => (isReached || whyMissed === undefined ? [] : [whyMissed]));
  return [...table(AIM_COLUMNS, aims, paint), ...reasons.flatMap((reason) => ['', ...hanging('', reason, width)])];
}

function verdictLines({ name, checks, violations, violation }: Verdict, { paint }: Terminal, width: number): string[] {
  const label = violation === undefined ? 'held  ' : 'BROKEN';
  const style = violation === undefined ? 'good' : 'bad';
  const [first = '', ...rest] = hanging(`${label}  ${checks.toLocaleString('en').padStart(6)}  `, name, width);
  const lines = [paint(style, first.slice(0, label.length)) + first.slice(label.length), ...rest];
  if (violation === undefined) return lines;
  return [
    ...lines,
    ...hanging('        ', `${timeOf(violation.at)} ${violation.what} (${count(violations, 'violation')})`, width),
    ...violation.excerpt.flatMap((entry) => hanging('          ', entryText(entry), width)),
  ];
}

/** A trace entry in a line or two; `--json` has it whole. */
function entryText({ at, kind, ...fields }: TraceEntry): string {
  const text = JSON.stringify(fields);
  return `${timeOf(at)} ${kind} ${text.length > 300 ? `${text.slice(0, 300)} ...` : text}`;
}

function timeLines({ time: { virtualMs, packagingMs, storyMs } }: Report): string[] {
  const packaging = packagingMs === 0 ? '' : ` Packaging took ${duration(packagingMs)}.`;
  return [`${duration(virtualMs)} of virtual time in ${duration(storyMs)}.${packaging}`];
}

function closingLines({ seed, invariants }: Report, { paint }: Terminal): string[] {
  const broken = invariants.filter(({ violation }) => violation !== undefined).length;
  const verdict =
    broken === 0
      ? paint('good', `All ${invariants.length} invariants held.`)
      : paint('bad', `${count(broken, 'invariant')} of ${invariants.length} broken.`);
  return [`${verdict} The same again: npm start -- --seed ${seed}`];
}
