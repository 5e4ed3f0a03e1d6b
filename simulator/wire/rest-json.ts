import { AwsError } from './aws-error.ts';
import type { WireRequest, WireResponse } from './http.ts';
import { readJson, writeJson } from './json-codec.ts';
import type { SimulatedService } from './service.ts';
import { errorShape, type Member, type OperationShapes, operationShapes, type Shape } from './shape.ts';

/** The operation that a request's method and path name (Smithy specification, "AWS restJson1 protocol"); the longest path wins. */
export function restOperationOf(service: SimulatedService, request: WireRequest): string | undefined {
  return addressesOf(service).find(
    ({ method, path }) => method === request.method && labelsOf(path, request) !== undefined,
  )?.operation;
}

interface Address {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

const addressesBySchemas = new WeakMap<object, readonly Address[]>();

/** All that the service's model has, the longest first. */
function addressesOf({ schemas }: SimulatedService): readonly Address[] {
  const known = addressesBySchemas.get(schemas);
  if (known !== undefined) return known;
  const operations = Object.keys(schemas).filter((name) => name.endsWith('$'));
  const addresses = operations.flatMap((name) => {
    const operation = name.slice(0, -1);
    const http = operationShapes(schemas, operation)?.http;
    return http === undefined ? [] : [{ operation, ...http }];
  });
  addresses.sort((a, b) => b.path.length - a.path.length);
  addressesBySchemas.set(schemas, addresses);
  return addresses;
}

/** Reads the labels of the path, the query, the headers and the body as the operation's input. */
export function readRestInput({ input, http }: OperationShapes, request: WireRequest): Record<string, unknown> {
  if (input.kind !== 'structure' || http === undefined) return {};
  const labels = labelsOf(http.path, request) ?? {};
  const query = new URLSearchParams(addressOf(request).search);
  const result: Record<string, unknown> = {};
  const inBody: Member[] = [];
  for (const member of input.members) {
    const { location, name } = member.http ?? { location: 'body', name: member.name };
    if (location === 'body') inBody.push(member);
    else if (location === 'payload') result[member.name] = payloadOf(member.shape, request.body);
    else {
      const given = { label: labels[name], query: query.get(name), header: request.headers[name.toLowerCase()] };
      const text = location === 'status' ? undefined : (given[location] ?? undefined);
      if (text !== undefined) result[member.name] = fromText(member.shape, text);
    }
  }
  const hasPayload = input.members.some((member) => member.http?.location === 'payload');
  if (hasPayload || inBody.length === 0 || request.method === 'GET') return result;
  const memberNames = new Set(inBody.map(({ name }) => name));
  const body = readJson({ ...input, members: inBody, memberNames }, parseJson(request.body));
  return { ...(body as Record<string, unknown>), ...result };
}

/** A status, headers, and a body that is one member or a JSON document of those that are nowhere else. */
export function writeRestOutput({ output, http }: OperationShapes, value: unknown, requestId: string): WireResponse {
  const given = (value ?? {}) as Record<string, unknown>;
  const members = output.kind === 'structure' ? output.members : [];
  const headers: Record<string, string> = {};
  let status = http?.status ?? 200;
  let payload: string | undefined;
  for (const member of members) {
    const item = given[member.name];
    if (member.http?.location === 'payload') payload = String(item ?? '');
    if (item === undefined) continue;
    if (member.http?.location === 'header') headers[member.http.name.toLowerCase()] = String(item);
    if (member.http?.location === 'status') status = Number(item);
  }
  const elsewhere = new Set(members.filter((member) => member.http !== undefined).map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !elsewhere.has(name)));
  return respond(status, payload ?? JSON.stringify(writeJson(output, rest)), requestId, headers);
}

/** The header names the error; services differ in how they write `message`. */
export function writeRestError(service: SimulatedService, error: AwsError, requestId: string): WireResponse {
  const model = errorShape(service.schemas, error.code);
  const members = model?.shape.kind === 'structure' ? model.shape.members : [];
  const name = members.find((member) => member.name.toLowerCase() === 'message')?.name ?? 'message';
  const status = error.status === 400 ? (model?.status ?? 400) : error.status;
  const body = { Type: status < 500 ? 'User' : 'Service', ...error.members, [name]: error.message };
  return respond(status, JSON.stringify(body), requestId, { 'x-amzn-errortype': model?.name ?? error.code });
}

function respond(status: number, body: string, requestId: string, more: Record<string, string>): WireResponse {
  const headers = {
    'content-type': 'application/json',
    // An answer without content has no length either.
    ...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    'x-amzn-requestid': requestId,
    ...more,
  };
  return { status, headers, body: status === 204 ? '' : body };
}

function addressOf({ path, query }: WireRequest): URL {
  const address = new URL(path, 'http://aws');
  if (query !== undefined) address.search = query;
  return address;
}

/** The values of a path's labels by their names; undefined when the path is another. */
function labelsOf(template: string, request: WireRequest): Record<string, string> | undefined {
  const [wanted, given] = [segmentsOf(template), segmentsOf(addressOf(request).pathname)];
  if (wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = decode(given[index] ?? '');
    const label = /^\{(\w+)\+?\}$/.exec(segment)?.[1];
    if (text === undefined || (label === undefined && segment !== text)) return undefined;
    if (label !== undefined) labels[label] = text;
  }
  return labels;
}

/** A slash at the end means nothing: models and clients differ in it. */
function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Bytes are handed on as the text that they are: the operations that take them take both. */
function payloadOf(shape: Shape, body: string): unknown {
  if (shape.kind === 'structure') return readJson(shape, parseJson(body));
  return body;
}

function fromText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'number':
      if (Number.isNaN(Number(text)) || text.trim() === '') throw notA(text, 'Number');
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'timestamp':
      return new Date(text);
    default:
      return text;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError('SerializationException', 'Unable to parse the request body as JSON');
  }
}

function notA(text: string, target: string): AwsError {
  return new AwsError('SerializationException', `${text} can not be converted to a ${target}`);
}
