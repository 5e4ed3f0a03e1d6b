import { AwsError } from './aws-error.ts';
import { type Exchange, isJson } from './protocol.ts';
import type { Route } from './route.ts';
import type { SimulatedService } from './service.ts';
import { operationShapes } from './shape.ts';

/** A service that is not simulated: it has no operation at all, and says so in the protocol that the request speaks. */
export function unimplementedService(route: Route): SimulatedService {
  const protocol = route.isQuery ? 'awsQuery' : 'awsJson1_1';
  return { name: route.serviceName ?? 'unknown', protocol, schemas: {}, operations: {} };
}

/** AWS's error for an operation that a service does not have; the message says whose lack it is. */
export function unknownOperation({ service, operation }: Exchange): AwsError {
  const isAws = operationShapes(service.schemas, operation) !== undefined || Object.keys(service.schemas).length === 0;
  // The REST protocols name the operation in the address only.
  const what = operation === '' ? service.name : `${service.name}:${operation}`;
  const dialect =
    isAws && !isJson(service) && Object.keys(service.schemas).length === 0 ? ' in the query protocol' : '';
  const whose = isAws ? `The simulator does not implement ${what}${dialect}` : undefined;
  if (service.protocol === 'restJson1') {
    return new AwsError('UnknownOperationException', whose ?? 'There is no operation at this address', { status: 404 });
  }
  if (isJson(service)) return new AwsError('UnknownOperationException', whose ?? `Unknown operation ${operation}`);
  if (operation === '') return new AwsError('MissingAction', 'The request must contain the parameter Action');
  return new AwsError('InvalidAction', whose ?? `The action ${operation} is not valid for this web service.`);
}

/** The request is not signed. */
export function missingToken(service: SimulatedService): AwsError {
  return isJson(service)
    ? new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
    : new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', { status: 403 });
}
