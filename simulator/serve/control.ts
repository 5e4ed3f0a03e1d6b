import * as z from 'zod';
import type { WireResponse } from '../wire/http.ts';
import { commands } from './commands.ts';
import type { Served } from './server.ts';

export const CONTROL_PATH = '/_control';

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/**
 * `GET /_control` lists the commands with the JSON Schema of their input; `POST /_control/<command>` gives one. 200 with a
 * JSON object; 400, 404 or 405 with `{ error: { message } }`, and with `problems` by field when the input is wrong.
 */
export async function answerControl(served: Served, { method, path, body }: ControlRequest): Promise<WireResponse> {
  const name = path.slice(CONTROL_PATH.length + 1);
  if (name === '') return method === 'GET' ? json(200, { commands: describeCommands() }) : notAllowed('GET');
  const command = commands.get(name);
  if (command === undefined) return refusal(404, `There is no command ${name}; GET ${CONTROL_PATH} lists them`);
  if (method !== 'POST') return notAllowed('POST');
  const given = parse(body);
  if (given === undefined) return refusal(400, 'The body is no JSON');
  const input = command.input.safeParse(given.value);
  if (!input.success) {
    const problems = input.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
    return refusal(400, `The input of ${name} is wrong`, problems);
  }
  const { simulator, driver } = served;
  const answer = await driver.enter(() => attempt(() => command.run(simulator, input.data)));
  if ('message' in answer) return refusal(400, answer.message);
  if (command.advancesMs !== undefined) await driver.advance(command.advancesMs(input.data));
  return json(200, { now: new Date(simulator.kernel.clock.now()).toISOString(), ...answer.result });
}

type Attempt = { readonly result: object } | { readonly message: string };

/** The fleet says by throwing that it has no such instance, or that this cannot be done to it now. */
function attempt(run: () => object | undefined): Attempt {
  try {
    return { result: run() ?? {} };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** The JSON Schema of an object. */
  readonly input: { readonly properties?: object; readonly required?: readonly string[] };
}

export function describeCommands(): CommandDescription[] {
  return [...commands].map(([name, { description, input }]) => {
    const { $schema, ...schema } = z.toJSONSchema(input, { io: 'input' });
    return { name, description, input: schema };
  });
}

function parse(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body.trim() === '' ? '{}' : body) };
  } catch {
    return undefined;
  }
}

function json(status: number, value: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

function refusal(status: number, message: string, problems?: readonly object[]): WireResponse {
  return json(status, { error: { message, ...(problems === undefined ? {} : { problems }) } });
}

function notAllowed(allowed: string): WireResponse {
  const response = refusal(405, `Only ${allowed} is allowed here`);
  return { ...response, headers: { ...response.headers, allow: allowed } };
}
