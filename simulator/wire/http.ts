/** An HTTP request as a client serialised it. Header names are in lower case. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The host the client addressed, such as `ecs.eu-central-1.amazonaws.com`. */
  readonly host: string;
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
