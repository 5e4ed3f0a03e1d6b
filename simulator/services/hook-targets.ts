import type { Iam } from '../iam/iam.ts';
import type { Place } from '../kernel/kernel.ts';
import type { NotifyTarget } from './auto-scaling/notifications.ts';
import type { SendAsRole } from './role-sender.ts';

export interface HookTargetDependencies {
  readonly place: Place;
  readonly iam: Pick<Iam, 'findRole'>;
  readonly sendAsRole: SendAsRole;
  readonly invokeAsync: (functionArn: string, payload: unknown) => void;
  readonly permitsInvocation: (functionArn: string, principal: string, sourceArn: string) => boolean;
}

const AUTO_SCALING_PRINCIPAL = 'autoscaling.amazonaws.com';

/**
 * The notification targets of lifecycle hooks: topics and queues under the role of the hook, functions as Auto Scaling's
 * service-linked role, which their resource policy must name ("Configure a notification target for lifecycle
 * notifications", EC2 Auto Scaling guide).
 */
export function createHookTargets(dependencies: HookTargetDependencies): NotifyTarget {
  const { place, iam, sendAsRole, invokeAsync, permitsInvocation } = dependencies;
  const linkedRole = `arn:aws:iam::${place.accountId}:role/aws-service-role/${AUTO_SCALING_PRINCIPAL}/AWSServiceRoleForAutoScaling`;
  return ({ targetArn, roleArn = '', groupArn, subject, message }) => {
    if (targetArn.startsWith('arn:aws:lambda:')) {
      if (!permitsInvocation(targetArn, linkedRole, groupArn)) return 'NO_PERMISSIONS';
      invokeAsync(targetArn, message);
      return undefined;
    }
    const trusts = iam.findRole(roleArn)?.trustedServices.includes(AUTO_SCALING_PRINCIPAL);
    if (trusts !== true) return 'ROLE_NOT_ASSUMED';
    return sendAsRole({ roleArn, targetArn, subject, body: JSON.stringify(message) });
  };
}
