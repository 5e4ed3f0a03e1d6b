import { styleText } from 'node:util';

/**
 * What the colours mean. Only standard ANSI colours that can be read on dark and on light ground, and never the only
 * thing that tells: whoever sees none loses nothing.
 */
const STYLES = {
  heading: ['bold', 'cyan'],
  good: ['green'],
  bad: ['bold', 'red'],
  warning: ['magenta'],
  info: ['cyan'],
  strong: ['bold'],
  quiet: ['dim'],
} as const;

export type Style = keyof typeof STYLES;

/** Colours a text that has its final width already. */
export type Paint = (style: Style, text: string) => string;

export interface Terminal {
  /** In columns. */
  readonly width: number;
  readonly paint: Paint;
  /** Writes whole lines. */
  write(...lines: readonly string[]): void;
  /** A last line that the next one replaces; shown only where somebody watches. */
  status(text: string): void;
}

/** A stream, as `process.stdout` is one. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const WIDTH_WHEN_PIPED = 80;
const WIDTH_MIN = 60;
const WIDTH_MAX = 140;
const ERASE_LINE = '\r\u001b[2K';

/** Colours follow NO_COLOR, FORCE_COLOR and whether the output is a terminal, by the rules of Node's `styleText`. */
export function createTerminal(output: Output): Terminal {
  const isWatched = output.isTTY === true;
  const columns = isWatched ? (output.columns ?? WIDTH_WHEN_PIPED) : WIDTH_WHEN_PIPED;
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
  let hasStatus = false;
  const eraseStatus = () => {
    if (hasStatus) output.write(ERASE_LINE);
    hasStatus = false;
  };
  return {
    width,
    paint: (style, text) => styleText([...STYLES[style]], text, { stream: output }),
    write(...lines) {
      eraseStatus();
      output.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
    },
    status(text) {
      if (!isWatched) return;
      eraseStatus();
      output.write(text.slice(0, columns - 1));
      hasStatus = text !== '';
    },
  };
}
