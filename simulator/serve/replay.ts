import * as z from 'zod';
import type { Simulator } from '../simulator.ts';

/** An event as EventBridge delivers, archives or logs it; whatever else the recording has is left out. */
export const recordedEvent = z.object({
  source: z.string().min(1),
  'detail-type': z.string().min(1),
  time: z.iso.datetime({ offset: true }).describe('ISO 8601, such as 2026-01-05T08:00:00Z'),
  detail: z.record(z.string(), z.unknown()),
  resources: z.array(z.string()).default([]),
  id: z.string().min(1).optional(),
  account: z.string().optional(),
  region: z.string().optional(),
});

export type Recording = readonly z.output<typeof recordedEvent>[];

export interface ReplayOptions {
  /** How many times as fast as it was recorded. */
  readonly speed: number;
  /** Texts of the recording, and what stands in their place: instance ids, account, region. */
  readonly map: Readonly<Record<string, string>>;
}

/**
 * Puts recorded events on the bus in their order: the first now, the others as long after it as they were recorded, and
 * each with that instant as its time. An event whose time is before its predecessor's comes right after it, as it did.
 * @returns the instant of the last one, in epoch milliseconds
 */
export function replayEvents({ kernel, messaging }: Simulator, recording: Recording, options: ReplayOptions): number {
  const { clock } = kernel;
  const startMs = clock.now();
  const replace = replacer(options.map);
  const recordedMs = (event: Recording[number]) => Date.parse(event.time);
  const [first] = recording;
  let atMs = startMs;
  for (const event of recording) {
    const timeMs = startMs + (recordedMs(event) - (first === undefined ? 0 : recordedMs(first))) / options.speed;
    atMs = Math.max(atMs, Math.round(timeMs));
    const { time: _, ...rest } = replace(event) as Recording[number];
    clock.at(atMs, () => void messaging.bus.replay(rest, timeMs));
  }
  return atMs;
}

/** Replaces texts wherever they stand as a whole word: in an ARN, in a list, in a message. */
function replacer(map: Readonly<Record<string, string>>): (value: unknown) => unknown {
  // The longest first, so that no text is taken for a longer one that begins with it.
  const texts = Object.keys(map).sort((a, b) => b.length - a.length);
  if (texts.length === 0) return (value) => value;
  const quoted = texts.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  const pattern = new RegExp(`(?<![A-Za-z0-9])(?:${quoted.join('|')})(?![A-Za-z0-9])`, 'g');
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replaceAll(pattern, (text) => map[text] ?? text);
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replace(member)]));
  };
  return replace;
}
