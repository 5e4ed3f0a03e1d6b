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
  /** `usage`: the input is wrong, and nothing was done. `failed`: the fleet cannot do it, or nobody answers. */
  readonly outcome: 'done' | 'usage' | 'failed';
}

/** What is wrong with the words of the command, rather than with the fleet. */
const USAGE_ERRORS = ['NoCommand', 'WrongInput'];

/** Gives one command to a served simulator, through its control API. Never rejects. */
export async function sendControl({ url, command, fields }: Control): Promise<ControlAnswer> {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 1) return { text: `"${field}" is no field=value`, outcome: 'usage' };
    input[field.slice(0, at)] = fieldValue(field.slice(at + 1));
  }
  try {
    if (command === undefined) return { text: await list(url), outcome: 'done' };
    const address = new URL(`/_control/${encodeURIComponent(command)}`, url);
    const body = command === 'replay-events' ? replayInput(input) : input;
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly error?: { readonly name: string } };
    const text = JSON.stringify(answer, undefined, 2);
    if (response.ok) return { text, outcome: 'done' };
    return { text, outcome: USAGE_ERRORS.includes(answer.error?.name ?? '') ? 'usage' : 'failed' };
  } catch (error) {
    if (error instanceof RecordingError) return { text: error.message, outcome: 'usage' };
    const cause = (error as Error).cause ?? error;
    return { text: `${url} does not answer as a simulator: ${(cause as Error).message}`, outcome: 'failed' };
  }
}

async function list(url: string): Promise<string> {
  const response = await fetch(new URL('/_control', url));
  const { commands } = (await response.json()) as { readonly commands: readonly CommandDescription[] };
  return commands.map(describe).join('\n');
}

function describe({ name, description, input: { properties = {}, required = [] } }: CommandDescription): string {
  // A recording is given as a file.
  const fields = Object.entries(properties).map(([field, schema]) => {
    if (name === 'replay-events' && field === 'events') return 'file=…';
    const given = `${field}=${choicesOf(schema)?.join('|') ?? '…'}`;
    return required.includes(field) ? given : `[${given}]`;
  });
  return `${[name, ...fields].join(' ')}\n    ${description}`;
}

/** What a field may be, where it is one of a few words; `schema` is its JSON Schema. */
function choicesOf(schema: unknown): readonly string[] | undefined {
  return (schema as { readonly enum?: readonly string[] }).enum;
}

function fieldValue(text: string): unknown {
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text;
}
