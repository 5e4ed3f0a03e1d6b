import { NormalizedSchema } from '@smithy/core/schema';

/**
 * The shapes of an API, compiled once from the schemas that the official clients export, so that each protocol walks
 * one plain structure. This is the only file that knows how the SDK encodes its schemas.
 */
export type Shape =
  | { readonly kind: 'string' | 'boolean' | 'number' | 'bigInteger' | 'bigDecimal' | 'blob' | 'document' | 'unit' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  | ListShape
  | MapShape
  | StructureShape;

/** `protocol`: the protocol's own default (epoch seconds in JSON, ISO 8601 in XML). */
export type TimestampFormat = 'protocol' | 'date-time' | 'http-date' | 'epoch-seconds';

export interface ListShape {
  readonly kind: 'list';
  readonly member: Target;
}

export interface MapShape {
  readonly kind: 'map';
  readonly key: Target;
  readonly value: Target;
}

export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  readonly members: readonly Member[];
  readonly memberNames: ReadonlySet<string>;
}

/** A shape as it is used in one place, with the names that the XML and query protocols give it there. */
export interface Target {
  readonly shape: Shape;
  readonly xmlName: string | undefined;
  readonly ec2QueryName: string | undefined;
  readonly isFlattened: boolean;
}

export interface Member extends Target {
  readonly name: string;
  readonly isRequired: boolean;
  /** Clients fill it with a random token when the caller does not. */
  readonly isIdempotencyToken: boolean;
  /** Where the REST protocols have it, unless in the body. */
  readonly http?: HttpBinding;
}

export interface HttpBinding {
  readonly location: 'label' | 'query' | 'header' | 'payload' | 'status';
  /** Of the label, the parameter of the query, or the header. */
  readonly name: string;
}

export interface OperationShapes {
  readonly input: Shape;
  readonly output: Shape;
  /** The address in the REST protocols. */
  readonly http?: { readonly method: string; readonly path: string; readonly status: number };
}

const UNIT: Shape = { kind: 'unit' };
const compiledShapes = new Map<unknown, Shape>();

/** The input and output of an operation, or undefined when the client's model has no such operation. */
export function operationShapes(
  schemas: Readonly<Record<string, unknown>>,
  operation: string,
): OperationShapes | undefined {
  const schema = schemas[`${operation}$`];
  if (!Array.isArray(schema) || schema[0] !== OPERATION) return undefined;
  const [method, path, status] = ((schema[3] || {}) as { http?: [string, string, number] }).http ?? [];
  return {
    input: shapeOfReference(schema[4]),
    output: shapeOfReference(schema[5]),
    ...(method !== undefined && path !== undefined && { http: { method, path, status: status ?? 200 } }),
  };
}

/** What the model says about an error: its members, its namespace, and its code in the query protocols. */
export interface ErrorShape {
  readonly name: string;
  readonly namespace: string;
  readonly shape: Shape;
  readonly status: number | undefined;
  readonly queryCode: string | undefined;
  readonly queryStatus: number | undefined;
}

/** @param code the error's shape name, or its code in the query protocols */
export function errorShape(schemas: Readonly<Record<string, unknown>>, code: string): ErrorShape | undefined {
  return errorsOf(schemas).get(code);
}

const OPERATION = 9;
const ERROR = -3;
const errorsBySchemas = new WeakMap<object, Map<string, ErrorShape>>();

function errorsOf(schemas: Readonly<Record<string, unknown>>): Map<string, ErrorShape> {
  const known = errorsBySchemas.get(schemas);
  if (known !== undefined) return known;
  const errors = new Map<string, ErrorShape>();
  for (const schema of Object.values(schemas)) {
    if (!Array.isArray(schema) || schema[0] !== ERROR) continue;
    const error = compileError(schema);
    errors.set(error.name, error);
    if (error.queryCode !== undefined && !errors.has(error.queryCode)) errors.set(error.queryCode, error);
  }
  errorsBySchemas.set(schemas, errors);
  return errors;
}

function compileError(schema: unknown[]): ErrorShape {
  const traits = (schema[3] || {}) as { httpError?: number; awsQueryError?: [string, number] };
  return {
    name: String(schema[2]),
    namespace: String(schema[1]),
    shape: shapeOfReference(schema),
    status: traits.httpError,
    queryCode: traits.awsQueryError?.[0],
    queryStatus: traits.awsQueryError?.[1],
  };
}

function shapeOfReference(reference: unknown): Shape {
  const schema = typeof reference === 'function' ? reference() : reference;
  return schema === 'unit' ? UNIT : shapeOf(NormalizedSchema.of(schema));
}

function shapeOf(normalized: NormalizedSchema): Shape {
  const key = normalized.getSchema();
  const known = compiledShapes.get(key);
  if (known !== undefined) return known;
  if (normalized.isStructSchema()) return compileStructure(normalized, key);
  const shape = compileOther(normalized);
  compiledShapes.set(key, shape);
  return shape;
}

/** Registered before its members are compiled: shapes are recursive (a DynamoDB attribute value holds others). */
function compileStructure(normalized: NormalizedSchema, key: unknown): Shape {
  const members: Member[] = [];
  const memberNames = new Set<string>();
  const shape: Shape = { kind: 'structure', name: normalized.getName() ?? '', members, memberNames };
  compiledShapes.set(key, shape);
  // The schema lists the required members first, and says how many they are.
  const requiredCount = Array.isArray(key) && typeof key[6] === 'number' ? key[6] : 0;
  for (const [name, member] of normalized.structIterator()) {
    members.push({
      ...targetOf(member),
      name,
      isRequired: members.length < requiredCount,
      isIdempotencyToken: member.isIdempotencyToken(),
      ...bindingOf(name, member),
    });
    memberNames.add(name);
  }
  return shape;
}

function bindingOf(name: string, member: NormalizedSchema): { readonly http?: HttpBinding } {
  const traits = member.getMergedTraits() as {
    httpLabel?: number;
    httpQuery?: string;
    httpHeader?: string;
    httpPayload?: number;
    httpResponseCode?: number;
  };
  if (traits.httpLabel) return { http: { location: 'label', name } };
  if (traits.httpQuery !== undefined) return { http: { location: 'query', name: traits.httpQuery } };
  if (traits.httpHeader !== undefined) return { http: { location: 'header', name: traits.httpHeader } };
  if (traits.httpPayload) return { http: { location: 'payload', name } };
  return traits.httpResponseCode ? { http: { location: 'status', name } } : {};
}

function compileOther(normalized: NormalizedSchema): Shape {
  if (normalized.isListSchema()) return new LazyList(normalized);
  if (normalized.isMapSchema()) return new LazyMap(normalized);
  if (normalized.isTimestampSchema()) return { kind: 'timestamp', format: timestampFormat(normalized.getSchema()) };
  if (normalized.isStringSchema()) return { kind: 'string' };
  if (normalized.isBooleanSchema()) return { kind: 'boolean' };
  if (normalized.isNumericSchema()) return { kind: 'number' };
  if (normalized.isBigIntegerSchema()) return { kind: 'bigInteger' };
  if (normalized.isBigDecimalSchema()) return { kind: 'bigDecimal' };
  if (normalized.isBlobSchema()) return { kind: 'blob' };
  if (normalized.isDocumentSchema()) return { kind: 'document' };
  throw new Error(`The schema ${normalized.getName(true)} is of a kind that the wire layer does not know`);
}

/** Lists and maps compile their targets on first use, for the same recursion. */
class LazyList implements ListShape {
  readonly kind = 'list';
  readonly #schema: NormalizedSchema;
  #member: Target | undefined;

  constructor(schema: NormalizedSchema) {
    this.#schema = schema;
  }

  get member(): Target {
    this.#member ??= targetOf(this.#schema.getValueSchema());
    return this.#member;
  }
}

class LazyMap implements MapShape {
  readonly kind = 'map';
  readonly #schema: NormalizedSchema;
  #key: Target | undefined;
  #value: Target | undefined;

  constructor(schema: NormalizedSchema) {
    this.#schema = schema;
  }

  get key(): Target {
    this.#key ??= targetOf(this.#schema.getKeySchema());
    return this.#key;
  }

  get value(): Target {
    this.#value ??= targetOf(this.#schema.getValueSchema());
    return this.#value;
  }
}

function targetOf(normalized: NormalizedSchema): Target {
  const traits = normalized.getMergedTraits() as { xmlName?: string; ec2QueryName?: string; xmlFlattened?: number };
  return {
    shape: shapeOf(normalized),
    xmlName: traits.xmlName,
    ec2QueryName: traits.ec2QueryName,
    isFlattened: traits.xmlFlattened === 1,
  };
}

function timestampFormat(schema: unknown): TimestampFormat {
  if (schema === 5) return 'date-time';
  if (schema === 6) return 'http-date';
  if (schema === 7) return 'epoch-seconds';
  return 'protocol';
}
