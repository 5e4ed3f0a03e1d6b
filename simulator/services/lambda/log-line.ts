import { parseJson } from '../template-properties.ts';

/** A line that a function logged, parsed where it is JSON. */
export function parseLine(text: string): unknown {
  return text.startsWith('{') ? (parseJson(text) ?? text) : text;
}
