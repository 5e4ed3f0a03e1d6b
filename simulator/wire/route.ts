import { entryOf } from '../kernel/entry-of.ts';
import type { WireRequest } from './http.ts';
import { actionOf } from './query-codec.ts';

/** What a request asks for, before anything is known about the service. */
export interface Route {
  /** The service's name, where the request gives one. */
  readonly serviceName: string | undefined;
  readonly operation: string | undefined;
  /** Whether it speaks one of the query protocols. */
  readonly isQuery: boolean;
  /** Undefined for a request that is not signed. */
  readonly accessKeyId: string | undefined;
}

/** Services whose signing name (and endpoint) is not their IAM prefix. */
const NAMES_BY_SIGNING_NAME: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', email: 'ses' };

/**
 * The credential scope of the signature names the service (Signature Version 4); without a signature, the host does.
 * The JSON protocols name the operation in `X-Amz-Target`, the query protocols in `Action`.
 */
export function routeOf(request: WireRequest): Route {
  const scope = /Credential=([^/,\s]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '');
  const signingName = scope?.[2] ?? request.host.split('.')[0] ?? '';
  const target = request.headers['x-amz-target'];
  const action = actionOf(request.body);
  return {
    serviceName: entryOf(NAMES_BY_SIGNING_NAME, signingName) ?? signingName,
    operation: target?.split('.').at(-1) ?? action,
    isQuery: target === undefined && action !== undefined,
    accessKeyId: scope?.[1],
  };
}
