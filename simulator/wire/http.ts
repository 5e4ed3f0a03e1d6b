import { gunzipSync } from 'node:zlib';

/** An HTTP request as a client serialised it. Header names are in lower case. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** What follows the question mark, where it is not a part of `path`. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The host the client addressed, such as `ecs.eu-central-1.amazonaws.com`. */
  readonly host: string;
  /** Where the client reaches all services, such as `http://127.0.0.1:4599`; undefined: at AWS's own addresses. */
  readonly endpoint?: string;
  /**
   * True once the sender has ceased to exist (its execution environment was destroyed): what the service has not yet
   * done for it is not done.
   */
  readonly isAbandoned?: () => boolean;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The connection broke before an answer came: the client sees a network error and cannot know what happened. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('socket hang up');
    this.name = 'ConnectionLost';
  }
}

/** Clients compress what is long where the model lets them (PutMetricData). What is no gzip stays as it came. */
export function decodeBody(bytes: Uint8Array, encoding: string | undefined): string {
  const plain = encoding === 'gzip' ? unzipped(bytes) : bytes;
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8');
}

const PLAIN_BYTES_MAX = 64 * 1024 * 1024;

function unzipped(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: PLAIN_BYTES_MAX });
  } catch {
    return bytes;
  }
}
