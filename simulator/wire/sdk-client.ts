import { decodeBody } from './http.ts';
import type { SimulatedService } from './service.ts';
import { operationShapes } from './shape.ts';
import type { Wire } from './wire.ts';

/** The parts of an SDK request that an HTTP handler needs. */
interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An HTTP handler for unmodified SDK v3 clients of this process (`new ECSClient({ requestHandler })`). */
export function createRequestHandler(wire: Wire) {
  return {
    async handle(request: SdkRequest) {
      const { status, headers, body } = await wire.handle({
        method: request.method,
        host: request.hostname,
        path: request.path,
        query: queryText(request.query),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: bodyText(request.body, request.headers['content-encoding']),
      });
      return { response: { statusCode: status, headers: { ...headers }, body: Buffer.from(body, 'utf8') } };
    },
  };
}

/**
 * Configuration for an official client of this process. Everything that a client would otherwise look up in files of
 * the machine is set, so that a request leaves at once: a file is read in real time.
 */
export function clientConfiguration(wire: Wire, region: string, accessKeyId: string) {
  return {
    region,
    endpoint: `https://${region}.amazonaws.com`,
    credentials: { accessKeyId, secretAccessKey: `secret-of-${accessKeyId}` },
    requestHandler: createRequestHandler(wire),
    // A retry would wait in real time.
    maxAttempts: 1,
    retryMode: 'standard' as const,
    defaultsMode: 'standard' as const,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'simulator',
    authSchemePreference: [],
    accountIdEndpointMode: 'disabled' as const,
    endpointDiscoveryEnabled: false,
    // The virtual clock is nowhere near the machine's.
    disableClockSkewCorrection: true,
  };
}

/** Calls one operation; resolves with its output. */
export type OperatorCall = (
  service: SimulatedService,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

interface SdkClient {
  send(command: object): Promise<Record<string, unknown>>;
}

/**
 * Calls services as somebody with full permissions would: with the official client, over the simulated wire, once.
 *
 * @param uuid for members that the client would otherwise fill with a random token of its own
 */
export function createOperatorCall(wire: Wire, region: string, uuid: () => string): OperatorCall {
  const clients = new Map<string, SdkClient>();
  const configuration = clientConfiguration(wire, region, 'AKIAOPERATOR');
  return async (service, operation, input) => {
    let client = clients.get(service.name);
    if (client === undefined) {
      client = construct<SdkClient>(service, clientName(service), configuration);
      clients.set(service.name, client);
    }
    const given = { ...idempotencyTokens(service, operation, uuid), ...input };
    const { $metadata, ...output } = await client.send(construct<object>(service, `${operation}Command`, given));
    return output;
  };
}

function idempotencyTokens(service: SimulatedService, operation: string, uuid: () => string): Record<string, string> {
  const input = operationShapes(service.schemas, operation)?.input;
  if (input?.kind !== 'structure') return {};
  const tokens = input.members.filter((member) => member.isIdempotencyToken);
  return Object.fromEntries(tokens.map(({ name }) => [name, uuid()]));
}

function clientName({ schemas }: SimulatedService): string {
  return Object.keys(schemas).find((name) => name.endsWith('Client') && name !== '__Client') ?? '';
}

function construct<T>({ schemas, name }: SimulatedService, className: string, argument: unknown): T {
  const Class = schemas[className];
  if (typeof Class !== 'function') throw new Error(`The client of ${name} has no ${className}`);
  return Reflect.construct(Class, [argument]) as T;
}

function queryText(query: SdkRequest['query'] = {}): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => [name, one] as [string, string]),
  );
  return new URLSearchParams(parameters).toString();
}

function bodyText(body: unknown, encoding: string | undefined): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : decodeBody(body as Uint8Array, encoding);
}
