import { AwsError } from '../wire/aws-error.ts';
import type { SimulatedService } from '../wire/service.ts';
import type { Verdict } from './policy.ts';

export interface Denial {
  /** The caller's session, such as `arn:aws:sts::111122223333:assumed-role/drain/ebbtide-drain`. */
  readonly session: string;
  readonly action: string;
  readonly resource: string;
  readonly verdict: Exclude<Verdict, 'allowed'>;
}

/** The error that a service answers with when IAM refuses (IAM User Guide, "Troubleshoot access denied error messages"). */
export function accessDenied(service: SimulatedService, denial: Denial): AwsError {
  const message = explain(service, denial);
  switch (service.protocol) {
    case 'ec2Query':
      return new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`, {
        status: 403,
      });
    case 'awsQuery':
      return new AwsError(service.name === 'sns' ? 'AuthorizationError' : 'AccessDenied', message, { status: 403 });
    case 'restJson1':
      return new AwsError('AccessDeniedException', message, { status: 403 });
    default:
      return new AwsError('AccessDeniedException', message);
  }
}

function explain(service: SimulatedService, { session, action, resource, verdict }: Denial): string {
  // Auto Scaling leaves the resource out for actions without resource types; ECS says `on resource: *`.
  const isNamed = resource !== '*' || service.protocol !== 'awsQuery';
  const on = isNamed ? ` on resource: ${resource}` : '';
  const because =
    verdict === 'explicitly denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${session} is not authorized to perform: ${action}${on} ${because}`;
}
