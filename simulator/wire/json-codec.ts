import { AwsError } from './aws-error.ts';
import type { Shape, StructureShape, TimestampFormat } from './shape.ts';

/**
 * Reads a parsed JSON document as `shape`. Members that the shape does not have are ignored and nulls are absent, as
 * AWS's JSON protocols have it (Smithy specification, "AWS JSON 1.1 protocol").
 *
 * @throws AwsError `SerializationException` for a value of the wrong JSON type
 */
export function readJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, value);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(value, 'list');
      return value.filter((item) => item !== null).map((item) => readJson(shape.member.shape, item));
    case 'map':
      if (!isObject(value)) throw wrongType(value, 'map');
      return readMap(shape.value.shape, value);
    case 'string':
      return expect(value, 'string', 'String');
    case 'boolean':
      return expect(value, 'boolean', 'Boolean');
    case 'number':
      return typeof value === 'string' ? readNamedNumber(value) : expect(value, 'number', 'Number');
    case 'bigInteger':
      return BigInt(expect(value, 'number', 'BigInteger'));
    case 'bigDecimal':
      return expect(value, 'number', 'BigDecimal');
    case 'blob':
      return new Uint8Array(Buffer.from(expect(value, 'string', 'Blob'), 'base64'));
    case 'timestamp':
      return readTimestamp(shape.format, value);
    case 'document':
      return value;
    case 'unit':
      return {};
  }
}

/** Writes an operation's output as a JSON document. Throws for a member that the model does not have. */
export function writeJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return writeStructure(shape, value);
    case 'list':
      return (value as unknown[]).map((item) => writeJson(shape.member.shape, item));
    case 'map': {
      const entries = Object.entries(value as object).filter(([, item]) => item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, writeJson(shape.value.shape, item)]));
    }
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'timestamp':
      return writeTimestamp(shape.format, value as Date);
    case 'bigInteger':
      return Number(value);
    case 'unit':
      return {};
    default:
      return value;
  }
}

function readStructure(shape: StructureShape, value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(value, 'structure');
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = value[member.name];
    if (given !== undefined && given !== null) result[member.name] = readJson(member.shape, given);
  }
  return result;
}

function readMap(valueShape: Shape, value: Record<string, unknown>): Record<string, unknown> {
  const present = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(present.map(([key, item]) => [key, readJson(valueShape, item)]));
}

function writeStructure(shape: StructureShape, value: unknown): Record<string, unknown> {
  const given = (value ?? {}) as Record<string, unknown>;
  refuseUnknownMembers(shape, given);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const item = given[member.name];
    if (item !== undefined && item !== null) result[member.name] = writeJson(member.shape, item);
  }
  return result;
}

/** An answer with a member that AWS's model lacks is a defect of the simulator, and clients would never see it. */
export function refuseUnknownMembers(shape: StructureShape, value: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(value)) {
    if (!shape.memberNames.has(name)) throw new Error(`The shape ${shape.name} has no member ${name}`);
  }
}

function readTimestamp(format: TimestampFormat, value: unknown): Date {
  if (format === 'protocol' || format === 'epoch-seconds') return new Date(expect(value, 'number', 'Timestamp') * 1000);
  const instant = new Date(expect(value, 'string', 'Timestamp'));
  if (Number.isNaN(instant.getTime())) throw wrongType(value, 'Timestamp');
  return instant;
}

function writeTimestamp(format: TimestampFormat, instant: Date): number | string {
  if (format === 'date-time') return instant.toISOString();
  return format === 'http-date' ? instant.toUTCString() : instant.getTime() / 1000;
}

function readNamedNumber(value: string): number {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw wrongType(value, 'Number');
}

interface JsonTypes {
  string: string;
  number: number;
  boolean: boolean;
}

function expect<Kind extends keyof JsonTypes>(value: unknown, kind: Kind, target: string): JsonTypes[Kind] {
  if (typeof value !== kind) throw wrongType(value, target);
  return value as JsonTypes[Kind];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts are those of AWS's service framework. */
function wrongType(value: unknown, target: string): AwsError {
  if (Array.isArray(value)) return serializationError('Start of list found where not expected');
  if (isObject(value)) return serializationError('Start of structure or map found where not expected.');
  return serializationError(`${tokenOf(value)} can not be converted to a ${target}`);
}

function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return 'NUMBER_VALUE';
  return value === true ? 'TRUE_VALUE' : 'FALSE_VALUE';
}

function serializationError(message: string): AwsError {
  return new AwsError('SerializationException', message);
}
