import {
  type Document,
  isMap,
  isNode,
  isPair,
  LineCounter,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
} from 'yaml';
import type * as z from 'zod';
import { type FleetDocument, fleetSchema } from './schema.ts';

const MESSAGE_MAX = 200;

/** A fleet document, or one that goes with it, is wrong; the message has a line for each problem: `file:line: field: what is wrong`. */
export class FleetDocumentError extends Error {
  override readonly name = 'FleetDocumentError';
}

/** @throws FleetDocumentError with every problem */
export function parseFleetDocument(text: string, fileName: string): FleetDocument {
  return parseUserDocument(text, fileName, fleetSchema);
}

/**
 * Reads a document in YAML or JSON (of which YAML is a superset).
 *
 * @param fileName for messages only
 * @throws FleetDocumentError with every problem
 */
export function parseUserDocument<Schema extends z.ZodType>(
  text: string,
  fileName: string,
  schema: Schema,
): z.output<Schema> {
  const { document, say } = readYaml(text, fileName);
  const parsed = schema.safeParse(readValue(document, fileName));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap(problemsOf);
  throw new FleetDocumentError(
    problems.map(({ path, message }) => say(offsetOf(document, path), `${fieldName(path)}: ${message}`)).join('\n'),
  );
}

/** The document, and how to tell what is wrong at one of its offsets. @throws FleetDocumentError for what is no YAML */
export function readYaml(text: string, fileName: string, options: ParseOptions & SchemaOptions = {}) {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const say = (offset: number, message: string) => `${fileName}:${lines.linePos(offset).line}: ${message}`;
  // A warning is a tag that nobody knows.
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new FleetDocumentError(problems.map(({ pos, message }) => say(pos[0], brief(message))).join('\n'));
  }
  return { document, say };
}

/** The parser quotes what it cannot read, which in a file that is no text may be all of it. */
function brief(message: string): string {
  return message.length > MESSAGE_MAX ? `${message.slice(0, MESSAGE_MAX)}...` : message;
}

/** Aliases that multiply themselves are refused by the parser. */
export function readValue(document: Document, fileName: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new FleetDocumentError(`${fileName}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** What is wrong with a document or an input, and at which field. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A field that is not known is a problem at that field, rather than at what holds it. */
export function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'there is no such field' }));
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Where the field is written; of one that is absent, where that is in which it is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path[length - 1])) : undefined;
    const node = isPair(pair) ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
