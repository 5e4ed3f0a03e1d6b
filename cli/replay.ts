import { readFileSync } from 'node:fs';
import { recordedEvent } from '../simulator/serve/replay.ts';
import { parseRecording, type RecordedLine } from './recording.ts';

/** What is wrong with a recording or the options of its replay: one line for each problem. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** There is no such file, or it cannot be read. */
export class UnreadableRecording extends Error {
  override readonly name = 'UnreadableRecording';
}

/**
 * The input of `replay-events` for a file: its events instead of its name, and `map=a=b,c=d` as an object. Everything is
 * checked here, so that each problem is told with the line of the file.
 *
 * @throws RecordingError, UnreadableRecording
 */
export function replayInput(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { file, map, ...rest } = fields;
  if (typeof file !== 'string') throw new RecordingError('replay-events needs file=FILE, the recorded events');
  const { events, problems } = parseRecording(read(file));
  const all = [
    ...problems.map((problem) => `${file}:${problem}`),
    ...events.flatMap((one, at) => check(file, one, at)),
  ];
  if (all.length > 0) throw new RecordingError([...all, 'Nothing was sent.'].join('\n'));
  if (events.length === 0) throw new RecordingError(`${file} has no events`);
  return {
    ...rest,
    ...(map !== undefined && { map: parseMap(String(map)) }),
    events: events.map(({ event }) => event),
  };
}

function check(file: string, { line, event }: RecordedLine, index: number): string[] {
  const place = line === undefined ? `${file}: event ${index + 1}` : `${file}:${line}`;
  const result = recordedEvent.safeParse(event);
  if (result.success) return [];
  return result.error.issues.map(
    ({ path, message }) => `${place}: ${path.length === 0 ? 'the event' : path.join('.')}: ${message}`,
  );
}

function parseMap(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new RecordingError(`map: "${pair}" is no text=replacement`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableRecording(`${file} cannot be read: ${reason}`, { cause: error });
  }
}
