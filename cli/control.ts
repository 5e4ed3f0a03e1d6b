import type { CommandDescription } from '../simulator/serve/control.ts';
import { RecordingError, replayInput, UnreadableRecording } from './replay.ts';

export interface Control {
  readonly url: string;
  /** Undefined: lists the commands. */
  readonly command?: string;
  /** As `field=value`. The command says which values are text. */
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
  const texts = new Map<string, string>();
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at < 1) return { text: `"${field}" is no field=value`, outcome: 'usage' };
    texts.set(field.slice(0, at), field.slice(at + 1));
  }
  try {
    const commands = await listCommands(url);
    if (command === undefined) return { text: commands.map(describe).join('\n'), outcome: 'done' };
    const schemas = commands.find(({ name }) => name === command)?.input.properties ?? {};
    const input = Object.fromEntries([...texts].map(([name, text]) => [name, typedValue(text, schemas[name])]));
    const address = new URL(`/_control/${encodeURIComponent(command)}`, url);
    const body = command === 'replay-events' ? replayInput(input) : input;
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly error?: { readonly name: string } };
    const text = JSON.stringify(answer, undefined, 2);
    if (response.ok) return { text, outcome: 'done' };
    return { text, outcome: USAGE_ERRORS.includes(answer.error?.name ?? '') ? 'usage' : 'failed' };
  } catch (error) {
    if (error instanceof RecordingError) return { text: error.message, outcome: 'usage' };
    if (error instanceof UnreadableRecording) return { text: error.message, outcome: 'failed' };
    const { message } = ((error as Error).cause ?? error) as Error;
    const way = 'start one with npm run simulator -- serve, or say with --url where it is';
    return { text: `${url} does not answer as a simulator: ${message}; ${way}`, outcome: 'failed' };
  }
}

async function listCommands(url: string): Promise<readonly CommandDescription[]> {
  const response = await fetch(new URL('/_control', url));
  return ((await response.json()) as { readonly commands: readonly CommandDescription[] }).commands;
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

/** A number or true or false, where the command asks for one; what is none stays text, for the server to refuse. */
function typedValue(text: string, schema: unknown): unknown {
  const type = (schema as { readonly type?: string } | undefined)?.type;
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  const isNumber = (type === 'number' || type === 'integer') && /^-?\d+(?:\.\d+)?$/.test(text);
  return isNumber ? Number(text) : text;
}
