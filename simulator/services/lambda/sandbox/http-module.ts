import { EventEmitter } from 'node:events';
import http from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { WireResponse } from '../../../wire/http.ts';
import type { SandboxHost } from './host.ts';
import { refusing } from './refusals.ts';

interface RequestOptions {
  readonly protocol?: string;
  readonly host?: string;
  readonly hostname?: string;
  readonly port?: number | string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

type OnResponse = (response: VirtualResponse) => void;

/** `node:http` or `node:https` of a sandbox: requests go over the simulated wire, and nothing can listen. */
export function createHttpModule(name: 'http' | 'https', host: SandboxHost): Record<string, unknown> {
  const request = (...args: unknown[]) => new VirtualRequest(host, ...parseArguments(args));
  const get = (...args: unknown[]) => request(...args).end();
  const allowed = ['validateHeaderName', 'validateHeaderValue'];
  const module = refusing(name, http, allowed);
  Object.assign(module, { request, get, Agent: VirtualAgent, globalAgent: new VirtualAgent() });
  Object.assign(module, { ClientRequest: VirtualRequest, IncomingMessage: VirtualResponse });
  module.default = module;
  return module;
}

/** `request(options | url[, options][, callback])` */
function parseArguments(args: unknown[]): [RequestOptions, OnResponse | undefined] {
  const onResponse = args.find((arg): arg is OnResponse => typeof arg === 'function');
  const [first, second] = args.filter((arg) => typeof arg !== 'function');
  const isUrl = typeof first === 'string' || first instanceof URL;
  const target = isUrl ? optionsOf(new URL(first)) : (first as RequestOptions);
  return [{ ...target, ...(isUrl ? (second as RequestOptions | undefined) : {}) }, onResponse];
}

function optionsOf(url: URL): RequestOptions {
  return { protocol: url.protocol, hostname: url.hostname, port: url.port, path: `${url.pathname}${url.search}` };
}

class VirtualAgent extends EventEmitter {
  readonly options: Readonly<Record<string, unknown>>;
  readonly sockets = {};
  readonly freeSockets = {};
  readonly requests = {};
  readonly maxSockets: number;

  constructor(options: { readonly maxSockets?: number } = {}) {
    super();
    this.options = options;
    this.maxSockets = options.maxSockets ?? Number.POSITIVE_INFINITY;
  }

  destroy(): void {}
}

/** A connection that is open from the start; its time-out counts virtual time. */
class VirtualSocket extends EventEmitter {
  readonly connecting = false;
  readonly encrypted = true;
  readonly authorized = true;
  destroyed = false;
  readonly #host: SandboxHost;
  #timeout: number | undefined;

  constructor(host: SandboxHost) {
    super();
    this.#host = host;
  }

  setTimeout(delayMs: number, onTimeout?: () => void): this {
    if (this.#timeout !== undefined) this.#host.timers.clear(this.#timeout);
    if (onTimeout !== undefined) this.once('timeout', onTimeout);
    this.#timeout = delayMs > 0 ? this.#host.timers.set(() => this.emit('timeout'), delayMs) : undefined;
    return this;
  }

  destroy(): this {
    this.setTimeout(0);
    this.destroyed = true;
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

class VirtualRequest extends Writable {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly socket: VirtualSocket;
  reusedSocket = false;
  readonly #host: SandboxHost;
  readonly #headers = new Map<string, string>();
  readonly #chunks: Buffer[] = [];
  #response: VirtualResponse | undefined;

  constructor(host: SandboxHost, options: RequestOptions, onResponse?: OnResponse) {
    // Without autoDestroy: the end of the request body is not the end of the exchange.
    super({ autoDestroy: false });
    this.#host = host;
    this.method = options.method ?? 'GET';
    this.path = options.path ?? '/';
    this.host = options.hostname ?? options.host ?? 'localhost';
    this.socket = new VirtualSocket(host);
    for (const [name, value] of Object.entries(options.headers ?? {})) this.setHeader(name, value);
    if (onResponse !== undefined) this.once('response', onResponse);
    if (options.timeout !== undefined) this.setTimeout(options.timeout);
    options.signal?.addEventListener('abort', () => this.destroy(abortError()), { once: true });
    process.nextTick(() => this.emit('socket', this.socket));
  }

  setHeader(name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value));
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  getHeaders(): Record<string, string> {
    return Object.fromEntries(this.#headers);
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  setTimeout(delayMs: number, onTimeout?: () => void): this {
    this.socket.setTimeout(delayMs, onTimeout ?? (() => this.emit('timeout')));
    return this;
  }

  setNoDelay(): void {}

  setSocketKeepAlive(): void {}

  flushHeaders(): void {}

  abort(): void {
    this.destroy();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: () => void): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    callback();
  }

  override _final(callback: () => void): void {
    callback();
    const body = Buffer.concat(this.#chunks).toString('utf8');
    const { method, path, host } = this;
    this.#host.send(
      { method, path, host, headers: this.getHeaders(), body },
      (answer) => this.#receive(answer),
      (error) => this.destroy(error),
    );
  }

  /** As in Node, a request that is destroyed before its response fails with "socket hang up". */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.socket.destroy();
    const isUnanswered = this.#response === undefined;
    callback(error ?? (isUnanswered ? socketHangUp() : null));
  }

  #receive(answer: WireResponse): void {
    if (this.destroyed) return;
    this.socket.setTimeout(0);
    this.#response = new VirtualResponse(this.socket, answer);
    this.#response.once('close', () => this.destroy());
    const isHandled = this.emit('response', this.#response);
    if (!isHandled) this.#response.resume();
  }
}

class VirtualResponse extends Readable {
  readonly socket: VirtualSocket;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly httpVersion = '1.1';
  complete = false;
  readonly #body: Buffer;

  constructor(socket: VirtualSocket, answer: WireResponse) {
    super();
    this.socket = socket;
    this.statusCode = answer.status;
    this.statusMessage = http.STATUS_CODES[answer.status] ?? '';
    this.headers = { ...answer.headers };
    this.rawHeaders = Object.entries(answer.headers).flat();
    this.#body = Buffer.from(answer.body, 'utf8');
  }

  override _read(): void {
    this.complete = true;
    if (this.#body.length > 0) this.push(this.#body);
    this.push(null);
  }

  setTimeout(delayMs: number, onTimeout?: () => void): this {
    this.socket.setTimeout(delayMs, onTimeout);
    return this;
  }
}

function socketHangUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function abortError(): Error {
  return Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' });
}
