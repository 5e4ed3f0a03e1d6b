import { AwsError } from './aws-error.ts';
import type { WireRequest, WireResponse } from './http.ts';
import { readJson, writeJson } from './json-codec.ts';
import { readQuery } from './query-codec.ts';
import { readRestInput, writeRestError, writeRestOutput } from './rest-json.ts';
import type { Protocol, SimulatedService } from './service.ts';
import { errorShape, type OperationShapes } from './shape.ts';
import { writeXmlMembers, xmlElement } from './xml-codec.ts';

/** One exchange that has been routed: what a protocol needs to write an answer to it. */
export interface Exchange {
  readonly service: SimulatedService;
  readonly operation: string;
  readonly request: WireRequest;
  readonly requestId: string;
}

/** Parses the body of a request as the operation's input. Throws `AwsError` in the words of the protocol. */
export function readInput({ service, request }: Exchange, shapes: OperationShapes): Record<string, unknown> {
  if (service.protocol === 'restJson1') return readRestInput(shapes, request);
  if (service.protocol === 'awsQuery' || service.protocol === 'ec2Query') {
    const input = readQuery(service.protocol, shapes.input, request.body);
    return service.name === 'sqs' ? { ...addressedQueue(shapes, request), ...input } : input;
  }
  return readJson(shapes.input, parseJson(request.body)) as Record<string, unknown>;
}

/** A query to SQS may name its queue by the address that it is sent to (SQS Developer Guide, "Making query API requests"). */
function addressedQueue({ input }: OperationShapes, { path }: WireRequest): { QueueUrl?: string } {
  const hasQueue = input.kind === 'structure' && input.memberNames.has('QueueUrl');
  return hasQueue && /^\/\d{12}\//.test(path) ? { QueueUrl: path.replace(/[/?]*$/, '') } : {};
}

export function writeOutput(exchange: Exchange, shapes: OperationShapes, output: unknown): WireResponse {
  const { service, operation, requestId } = exchange;
  if (service.protocol === 'restJson1') return writeRestOutput(shapes, output, requestId);
  if (isJson(service)) return jsonResponse(exchange, 200, writeJson(shapes.output, output ?? {}));
  const members = writeXmlMembers(shapes.output, output);
  const content =
    service.protocol === 'ec2Query'
      ? `${xmlElement('requestId', requestId)}${members}`
      : `${shapes.output.kind === 'unit' ? '' : `<${operation}Result>${members}</${operation}Result>`}` +
        `<ResponseMetadata>${xmlElement('RequestId', requestId)}</ResponseMetadata>`;
  const body = `<${operation}Response xmlns="${xmlNamespace(exchange)}">${content}</${operation}Response>`;
  return xmlResponse(exchange, 200, body);
}

/**
 * Writes an error. Services name it by its shape or by its code; where the two differ, the query protocols (and SQS,
 * which keeps the codes of its query days beside its JSON ones) send the code.
 */
export function writeError(exchange: Exchange, error: AwsError): WireResponse {
  const { service, requestId } = exchange;
  if (service.protocol === 'restJson1') return writeRestError(service, error, requestId);
  const model = errorShape(service.schemas, error.code);
  if (isJson(service)) return writeJsonError(exchange, error);
  const code = model?.queryCode ?? error.code;
  const status = error.status === 400 ? (model?.queryStatus ?? model?.status ?? 400) : error.status;
  const detail = `${xmlElement('Code', code)}${xmlElement('Message', error.message)}`;
  if (service.protocol === 'ec2Query') {
    const errors = `<Errors><Error>${detail}</Error></Errors>${xmlElement('RequestID', requestId)}`;
    return xmlResponse(exchange, status, `<Response>${errors}</Response>`);
  }
  const members = model === undefined ? '' : writeXmlMembers(model.shape, error.members);
  const fault = xmlElement('Type', faultOf(status));
  const body =
    `<ErrorResponse xmlns="${xmlNamespace(exchange)}"><Error>${fault}${detail}${members}</Error>` +
    `${xmlElement('RequestId', requestId)}</ErrorResponse>`;
  return xmlResponse(exchange, status, body);
}

function writeJsonError(exchange: Exchange, error: AwsError): WireResponse {
  const model = errorShape(exchange.service.schemas, error.code);
  const members = model === undefined ? error.members : writeJson(model.shape, error.members);
  // DynamoDB and SQS (JSON 1.0) name the error with its namespace, ECS and EventBridge (1.1) without.
  const isQualified = model !== undefined && exchange.service.protocol === 'awsJson1_0';
  const type = isQualified ? `${model.namespace}#${model.name}` : (model?.name ?? error.code);
  const status = error.status === 400 ? (model?.status ?? 400) : error.status;
  const response = jsonResponse(exchange, status, { __type: type, message: error.message, ...(members as object) });
  if (exchange.request.headers['x-amzn-query-mode'] !== 'true') return response;
  const queryError = `${model?.queryCode ?? error.code};${faultOf(status)}`;
  return { ...response, headers: { ...response.headers, 'x-amzn-query-error': queryError } };
}

export function isJson({ protocol }: { readonly protocol: Protocol }): boolean {
  return protocol === 'awsJson1_0' || protocol === 'awsJson1_1' || protocol === 'restJson1';
}

/** The service as one that speaks the protocol of a request; undefined when it does not understand it. */
export function speaking(
  service: SimulatedService,
  route: { readonly isQuery: boolean },
): SimulatedService | undefined {
  // The address of a REST request says what it is, and its body may be anything.
  if (service.protocol === 'restJson1') return service;
  const isFitting = (protocol: Protocol) => isQuery({ protocol }) === route.isQuery;
  if (isFitting(service.protocol)) return service;
  const protocol = service.otherProtocols?.find(isFitting);
  if (protocol !== undefined) return { ...service, protocol };
  // A query service has words of its own for a request that names no action; the others have none for a query.
  return route.isQuery ? undefined : service;
}

function isQuery({ protocol }: { readonly protocol: Protocol }): boolean {
  return protocol === 'awsQuery' || protocol === 'ec2Query';
}

function faultOf(status: number): string {
  return status < 500 ? 'Sender' : 'Receiver';
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError('SerializationException', 'Unable to parse the request body as JSON');
  }
}

function jsonResponse({ service, requestId }: Exchange, status: number, body: unknown): WireResponse {
  const version = service.protocol === 'awsJson1_0' ? '1.0' : '1.1';
  return respond(status, `application/x-amz-json-${version}`, requestId, JSON.stringify(body));
}

function xmlResponse({ requestId }: Exchange, status: number, body: string): WireResponse {
  return respond(status, 'text/xml;charset=UTF-8', requestId, `<?xml version="1.0" encoding="UTF-8"?>${body}`);
}

function respond(status: number, contentType: string, requestId: string, body: string): WireResponse {
  const headers = {
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
    'x-amzn-requestid': requestId,
  };
  return { status, headers, body };
}

const NAMESPACE_NAMES: Readonly<Record<string, string>> = { cloudwatch: 'monitoring', sqs: 'queue' };

/** The query APIs' XML namespaces are made of the service and the version that the request asks for. */
function xmlNamespace({ service, request }: Exchange): string {
  const version = new URLSearchParams(request.body).get('Version') ?? '';
  return `http://${NAMESPACE_NAMES[service.name] ?? service.name}.amazonaws.com/doc/${version}/`;
}
