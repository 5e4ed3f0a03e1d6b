/**
 * An error as an AWS API answers it. A simulated operation throws it; the wire layer writes it in the protocol's form.
 */
export class AwsError extends Error {
  /** The error code on the wire, such as `ClusterNotFoundException` or `ValidationError`. */
  readonly code: string;
  /** HTTP status: 4xx is the caller's fault, 5xx the service's. */
  readonly status: number;
  /** Further members of the error's shape, beside the message. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: { status?: number; members?: Record<string, unknown> } = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}
