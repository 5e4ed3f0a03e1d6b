import type { CommandDescription } from '../simulator/serve/control.ts';
import { RecordingError, replayInput } from './replay.ts';

export interface Control {
  readonly url: string;
  /** Undefined: lists the commands. */
  readonly command?: string;
  /** As `field=value`. A value that is JSON (a number, true, false) is that, any other is text. */
  readonly fields: readonly string[];
}

export interface ControlAnswer {
  /** What to show. */
  readonly text: string;
  readonly isDone: boolean;
}

/** Gives one command to a served simulator, through its control API. Never rejects. */
export async function sendControl({ url, command, fields }: Control): Promise<ControlAnswer> {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 1) return { text: `"${field}" is no field=value`, isDone: false };
    input[field.slice(0, at)] = fieldValue(field.slice(at + 1));
  }
  try {
    if (command === undefined) return { text: await list(url), isDone: true };
    const address = new URL(`/_control/${encodeURIComponent(command)}`, url);
    const body = command === 'replay-events' ? replayInput(input) : input;
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    return { text: JSON.stringify(answer, undefined, 2), isDone: response.ok };
  } catch (error) {
    if (error instanceof RecordingError) return { text: error.message, isDone: false };
    const cause = (error as Error).cause ?? error;
    return { text: `${url} does not answer as a simulator: ${(cause as Error).message}`, isDone: false };
  }
}

async function list(url: string): Promise<string> {
  const response = await fetch(new URL('/_control', url));
  const { commands } = (await response.json()) as { readonly commands: readonly CommandDescription[] };
  return commands.map(describe).join('\n');
}

function describe({ name, description, input: { properties = {}, required = [] } }: CommandDescription): string {
  // A recording is given as a file.
  const names = Object.keys(properties).map((field) =>
    name === 'replay-events' && field === 'events' ? 'file' : field,
  );
  const fields = names.map((field) => (field === 'file' || required.includes(field) ? `${field}=…` : `[${field}=…]`));
  return `${[name, ...fields].join(' ')}\n    ${description}`;
}

function fieldValue(text: string): unknown {
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text;
}
