import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { ProgramTarget } from '../../simulator/services/lambda/program.ts';

export interface ServeOptions {
  readonly port: number;
  readonly fleet?: string;
  readonly functions?: string;
  readonly template?: string;
  readonly parameter: ReadonlyMap<string, string>;
  readonly code: ReadonlyMap<string, string>;
  readonly function: ReadonlyMap<string, ProgramTarget>;
  readonly existing: ReadonlyMap<string, string>;
  readonly skipUnmodelled?: boolean;
  readonly speed: number;
  readonly stepped?: boolean;
  readonly seed: number;
}

export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,16}$/.test(text) || value > max) throw new InvalidArgumentError(`A whole number from 0 to ${max}.`);
    return value;
  };
}

export function parseSpeed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100_000)) throw new InvalidArgumentError('A number above 0, up to 100000.');
  return value;
}

/** For an option that may be given several times, each for another name. */
export function collect<T>(
  read: (text: string) => T,
): (text: string, before: ReadonlyMap<string, T>) => Map<string, T> {
  return (text, before) => {
    const at = text.indexOf('=');
    const name = text.slice(0, at);
    if (at < 1) throw new InvalidArgumentError('NAME=VALUE is expected.');
    if (before.has(name)) throw new InvalidArgumentError(`${name} is given twice.`);
    return new Map([...before, [name, read(text.slice(at + 1))]]);
  };
}

export function existingPath(text: string): string {
  return path.resolve(text);
}

/** An address, or a command line for the shell. */
export function parseProgram(text: string): ProgramTarget {
  if (!/^https?:/.test(text)) {
    if (text.trim() === '') throw new InvalidArgumentError('NAME=http://... or NAME=COMMAND is expected.');
    return { kind: 'command', argv: ['/bin/sh', '-c', text], directory: process.cwd() };
  }
  if (!URL.canParse(text)) throw new InvalidArgumentError(`${text} is no address.`);
  return { kind: 'http', url: text };
}
