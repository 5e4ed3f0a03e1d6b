import type { TraceEntry } from '../../simulator/kernel/trace.ts';
import type { Moment } from '../story/narrator.ts';
import type { Terminal } from './terminal.ts';
import { clockTime, hanging, wrap } from './text.ts';

const WHAT_WIDTH = 11;
/** In a narrow terminal the end of an id tells instances apart; the table at the end has the whole ones. */
const WHOLE_IDS_FROM = 110;

export interface StoryView {
  entry(entry: TraceEntry): void;
  moment(moment: Moment): void;
  time(nowMs: number): void;
}

/** Shows the story as it goes: chapters, remarks, and one line for each moment. */
export function createStoryView(terminal: Terminal): StoryView {
  const { width, paint } = terminal;
  let chapters = 0;

  function chapter({ at, chapter: title, text }: TraceEntry): void {
    const number = `${++chapters}  ${title}`;
    const time = clockTime(Date.parse(at));
    const rule = '─'.repeat(Math.max(3, width - number.length - time.length - 4));
    terminal.write('', `${paint('heading', number)}  ${paint('quiet', rule)}  ${paint('quiet', time)}`);
    terminal.write(...wrap(String(text), width - 3).map((line) => `   ${line}`), '');
  }

  function line({ atMs, what, style, ec2InstanceId, text }: Moment): void {
    const time = clockTime(atMs);
    const label = what.padEnd(WHAT_WIDTH);
    const id = ec2InstanceId === undefined ? '' : `${instanceName(ec2InstanceId, width)}  `;
    const [first = '', ...others] = hanging(`${time}  ${label}  ${id}`, text, width);
    const rest = first.slice(time.length + 2 + label.length);
    terminal.write(`${paint('quiet', time)}  ${style === undefined ? label : paint(style, label)}${rest}`, ...others);
  }

  function remark({ at, text }: TraceEntry): void {
    const time = clockTime(Date.parse(at));
    const [first = '', ...others] = hanging(`${time}  `, String(text), width);
    terminal.write(paint('quiet', time) + first.slice(time.length), ...others);
  }

  return {
    entry(entry) {
      if (entry.kind !== 'note') return;
      if (entry.chapter === undefined) remark(entry);
      else chapter(entry);
    },
    moment: line,
    time: (nowMs) => terminal.status(`${clockTime(nowMs)}  …`),
  };
}

export function instanceName(ec2InstanceId: string, width: number): string {
  return width >= WHOLE_IDS_FROM
    ? ec2InstanceId
    : `${ec2InstanceId.slice(0, ec2InstanceId.indexOf('-') + 1)}…${ec2InstanceId.slice(-5)}`;
}
