import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../simulator.ts';
import { ConnectionLost, decodeBody, type WireRequest, type WireResponse } from '../wire/http.ts';
import { answerControl, CONTROL_PATH } from './control.ts';
import { Driver } from './driver.ts';
import type { Programs } from './programs/programs.ts';
import type { Pace } from './real-time.ts';

export interface ServeOptions {
  readonly pace: Pace;
  /** 0: any free port. */
  readonly port: number;
  /** Those that functions of the world start; they must be the ones that the simulator runs. */
  readonly programs?: Programs;
  /** Told about errors that are the simulator's own defects; it goes on serving. */
  onDefect(error: unknown): void;
}

export interface SimulatorServer {
  /** Such as `http://127.0.0.1:4599`. */
  readonly url: string;
  readonly driver: Driver;
  /** Answers nothing more, cuts what is open and stops virtual time. */
  close(): Promise<void>;
}

/** The largest request that any simulated API takes: a BatchWriteItem of 16 MB (Quotas in Amazon DynamoDB). */
const BODY_BYTES_MAX = 16 * 2 ** 20;
/** Loopback only: whoever reaches the server may do everything. */
const HOST = '127.0.0.1';

/**
 * Serves the simulated account over HTTP, for any AWS client with an endpoint URL.
 *
 * @throws the error of `listen` (`EADDRINUSE`, `EACCES`)
 */
export async function serve(simulator: Simulator, options: ServeOptions): Promise<SimulatorServer> {
  const { pace, port, onDefect, programs } = options;
  const driver = new Driver(simulator, pace, onDefect, programs);
  const server = createServer((request, response) => {
    answer({ simulator, driver, onDefect }, request, response).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost || error instanceof Disconnected)) onDefect(error);
      response.destroy();
    });
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve());
  });
  const url = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  programs?.serveBy({
    endpoint: url,
    enter: (work) => driver.enter(work),
    onBusy: (isBusy) => driver.followPrograms(isBusy),
  });
  simulator.messaging.alarms.start();
  driver.start();
  return {
    url,
    driver,
    async close() {
      programs?.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await driver.close();
      await closed;
    },
  };
}

export interface Served {
  readonly simulator: Simulator;
  readonly driver: Driver;
  onDefect(error: unknown): void;
}

async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    // The rest of the body is not worth reading.
    response.setHeader('connection', 'close');
    write(response, awsError(413, 'RequestEntityTooLargeException', 'Request body is too large'));
    return;
  }
  const url = addressOf(request);
  if (url === null) {
    write(response, awsError(400, 'BadRequest', `The request's address ${JSON.stringify(request.url)} is none`));
    return;
  }
  if (url.pathname === CONTROL_PATH || url.pathname.startsWith(`${CONTROL_PATH}/`)) {
    write(response, await answerControl(served, { method: request.method ?? 'GET', path: url.pathname, body }));
    return;
  }
  write(response, await answerAws(served, { request, response, url, body }));
}

/** Not resolved against the host's address: a path of two slashes would name another host. */
function addressOf({ url = '/' }: IncomingMessage): URL | null {
  return URL.parse(url.startsWith('/') ? `http://${HOST}${url}` : url);
}

interface AwsExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: string;
}

async function answerAws(
  { simulator, driver }: Served,
  { request, response, url, body }: AwsExchange,
): Promise<WireResponse> {
  const host = request.headers.host ?? HOST;
  const wireRequest: WireRequest = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    // The query protocols may travel in the address of a GET, as AWS takes them.
    body: body === '' && request.method === 'GET' ? url.search.slice(1) : body,
    host,
    endpoint: `http://${host}`,
    isAbandoned: () => response.destroyed,
  };
  if (!/\bCredential=[^/,\s]+\/\d{8}\//.test(wireRequest.headers.authorization ?? '')) {
    return awsError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  return driver.enter(() => simulator.wire.handle(wireRequest));
}

class Disconnected extends Error {
  override readonly name = 'Disconnected';
}

/** @returns undefined when it is longer than any request may be */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > BODY_BYTES_MAX) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new Disconnected('The client left before its request was complete', { cause: error });
  }
  return decodeBody(Buffer.concat(chunks), request.headers['content-encoding']);
}

function write(response: ServerResponse, { status, headers, body }: WireResponse): void {
  response.writeHead(status, headers).end(body);
}

/** An answer to what does not get as far as a service. */
function awsError(status: number, type: string, message: string): WireResponse {
  const body = JSON.stringify({ __type: type, message });
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body,
  };
}
