import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { isObject } from '../template-properties.ts';

/** What a target receives: the event itself, a constant, a part of it, or a template filled from it. At most one is set. */
export interface TargetInput {
  readonly input?: string;
  readonly inputPath?: string;
  readonly inputTransformer?: { readonly paths: Readonly<Record<string, string>>; readonly template: string };
}

/** The text that the target gets ("Amazon EventBridge input transformation"). */
export function renderInput(event: Readonly<Record<string, unknown>>, target: TargetInput): string {
  if (target.input !== undefined) return target.input;
  if (target.inputPath !== undefined) return JSON.stringify(valueAt(event, target.inputPath) ?? null);
  if (target.inputTransformer) return renderTemplate(event, target.inputTransformer);
  return JSON.stringify(event);
}

export function checkTargetInput(target: TargetInput): void {
  const paths = [target.inputPath, ...Object.values(target.inputTransformer?.paths ?? {})];
  for (const path of paths) if (path !== undefined) parsePath(path);
}

function renderTemplate(
  event: Readonly<Record<string, unknown>>,
  { paths, template }: { readonly paths: Readonly<Record<string, string>>; readonly template: string },
): string {
  const predefined: Readonly<Record<string, unknown>> = {
    'aws.events.event': event,
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': event.time,
  };
  let inString = false;
  return template.replaceAll(/"|<([^<>\s]+)>/g, (whole, name: string | undefined) => {
    if (name === undefined) {
      inString = !inString;
      return whole;
    }
    const path = entryOf(paths, name);
    const value = path === undefined ? entryOf(predefined, name) : valueAt(event, path);
    if (path === undefined && !Object.hasOwn(predefined, name)) return whole;
    // Within quotation marks a string is inserted as it is; outside it becomes a JSON value, and nothing becomes nothing.
    if (inString) return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : textOf(value);
    return value === undefined ? '' : JSON.stringify(value);
  });
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value).replaceAll('"', '\\"');
}

/** JSON paths of the dot and array-index form, which is what EventBridge supports. */
function valueAt(event: unknown, path: string): unknown {
  let value = event;
  for (const step of parsePath(path)) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
    else value = isObject(value) ? entryOf(value, step) : undefined;
  }
  return value;
}

function parsePath(path: string): readonly (string | number)[] {
  if (!/^\$(\.[A-Za-z0-9_-]+|\[\d+\])*$/.test(path)) {
    throw new AwsError('ValidationException', `Invalid JsonPath: ${path}`);
  }
  const steps = path.slice(1).matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g);
  return [...steps].map(([, name, index]) => name ?? Number(index));
}
