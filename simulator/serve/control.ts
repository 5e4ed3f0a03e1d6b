import * as z from 'zod';
import { problemsOf } from '../fleet-document/parse.ts';
import { NotInFleet, NotPossible } from '../services/fleet-errors.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireResponse } from '../wire/http.ts';
import { WrongInput } from './command.ts';
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
 * JSON object; otherwise `{ error: { name, message } }`, and `problems` by field where the input is to blame: 400 for input
 * that is wrong or cannot be done now, 404 for a command or a thing of the fleet that does not exist, 405, and 500 for a
 * defect of the simulator, which its process reports too.
 */
export async function answerControl(served: Served, { method, path, body }: ControlRequest): Promise<WireResponse> {
  const name = path.slice(CONTROL_PATH.length + 1);
  if (name === '') return method === 'GET' ? json(200, { commands: describeCommands() }) : notAllowed('GET');
  const command = commands.get(name);
  if (command === undefined) {
    return refusal(404, { name: 'NoCommand', message: `There is no command ${name}; GET ${CONTROL_PATH} lists them` });
  }
  if (method !== 'POST') return notAllowed('POST');
  const given = parse(body);
  if (given === undefined) return refusal(400, { name: 'NoJson', message: 'The body is no JSON' });
  const input = command.input.safeParse(given.value);
  if (!input.success) {
    const problems = input.error.issues
      .flatMap(problemsOf)
      .map(({ path, message }) => ({ field: path.join('.'), message }));
    return refusal(400, { name: 'WrongInput', message: `The input of ${name} is wrong`, problems });
  }
  const { simulator, driver, onDefect } = served;
  const answer = await driver.enter(() => attempt(() => command.run(simulator, input.data)));
  if ('thrown' in answer) {
    const expected = expectedRefusal(answer.thrown, input.data);
    if (expected !== undefined) return refusal(...expected);
    onDefect(answer.thrown);
    const message = answer.thrown instanceof Error ? `${answer.thrown.name}: ${answer.thrown.message}` : 'unknown';
    return refusal(500, { name: 'SimulatorDefect', message: `The simulator failed at ${name}: ${message}` });
  }
  if (command.advancesMs !== undefined) await driver.advance(command.advancesMs(input.data));
  return json(200, { now: new Date(simulator.kernel.clock.now()).toISOString(), ...answer.result });
}

type Attempt = { readonly result: object } | { readonly thrown: unknown };

function attempt(run: () => object | undefined): Attempt {
  try {
    return { result: run() ?? {} };
  } catch (error) {
    return { thrown: error };
  }
}

interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly problems?: readonly { readonly field: string; readonly message: string }[];
}

/** What the fleet says by throwing; undefined for an error that nobody meant. */
function expectedRefusal(error: unknown, input: unknown): readonly [status: number, refusal: Refusal] | undefined {
  if (error instanceof NotInFleet) {
    const { name, message, value } = error;
    const field = Object.entries(input as object).find(([, given]) => given === value)?.[0];
    return [404, { name, message, ...(field !== undefined && { problems: [{ field, message }] }) }];
  }
  if (error instanceof WrongInput) {
    const { name, message, field } = error;
    return [400, { name, message, problems: [{ field, message }] }];
  }
  if (error instanceof NotPossible) return [400, { name: error.name, message: error.message }];
  // What an AWS call would refuse too, in its words.
  return error instanceof AwsError ? [400, { name: error.code, message: error.message }] : undefined;
}

export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** The JSON Schema of an object. */
  readonly input: { readonly properties?: Readonly<Record<string, unknown>>; readonly required?: readonly string[] };
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

function refusal(status: number, error: Refusal): WireResponse {
  return json(status, { error });
}

function notAllowed(allowed: string): WireResponse {
  const response = refusal(405, { name: 'MethodNotAllowed', message: `Only ${allowed} is allowed here` });
  return { ...response, headers: { ...response.headers, allow: allowed } };
}
