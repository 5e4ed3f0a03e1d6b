import type { Kernel } from '../kernel/kernel.ts';
import type { Authorization, Call, ResourceProvider, SimulatedService } from '../wire/service.ts';
import { accessDenied } from './denial.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import { evaluate, type Policy, type PolicyQuestion, parsePolicy } from './policy.ts';
import { policyProvider, roleProvider } from './providers.ts';

/** A role that functions may assume. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  /** The service principals that the trust policy names. */
  readonly trustedServices: readonly string[];
  readonly policies: Policy[];
}

export interface Iam {
  readonly providers: Readonly<Record<string, ResourceProvider>>;
  findRole(arn: string): Role | undefined;
  /** Whether a role may do this, asked without a call. */
  allows(roleArn: string, question: PolicyQuestion): boolean;
  /**
   * Every resource that a call touches must be allowed by the caller's role. The operator and AWS's own services may
   * do everything.
   *
   * @throws AwsError in the words of the service's protocol
   */
  authorize(service: SimulatedService, operation: string, call: Call, authorization: Authorization): void;
}

/**
 * What the console makes for lifecycle hooks that notify a topic or a queue ("EC2 Auto Scaling Notification Access"), for
 * hooks that are put by API: roles are made by templates only.
 */
const NOTIFICATION_ROLE = 'auto-scaling-notifications';

/** @param kernel gives the account that the roles belong to */
export function createIam(kernel: Kernel): Iam {
  const notificationRole: Role = {
    name: NOTIFICATION_ROLE,
    arn: `arn:aws:iam::${kernel.place.accountId}:role/${NOTIFICATION_ROLE}`,
    trustedServices: ['autoscaling.amazonaws.com'],
    policies: [parsePolicy(MANAGED_POLICIES['arn:aws:iam::aws:policy/service-role/AutoScalingNotificationAccessRole'])],
  };
  const rolesByArn = new Map<string, Role>([[notificationRole.arn, notificationRole]]);
  return {
    providers: {
      'AWS::IAM::Role': roleProvider(kernel, rolesByArn),
      'AWS::IAM::Policy': policyProvider(rolesByArn),
    },
    findRole: (arn) => rolesByArn.get(arn),
    allows: (roleArn, question) => evaluate(rolesByArn.get(roleArn)?.policies ?? [], question) === 'allowed',
    authorize(service, operation, { caller }, authorization) {
      if (caller.kind !== 'function') return;
      const action = authorization.action ?? `${service.name}:${operation}`;
      const context = authorization.conditions ?? {};
      const policies = rolesByArn.get(caller.roleArn)?.policies ?? [];
      for (const resource of authorization.resources) {
        const verdict = evaluate(policies, { action, resource, context });
        if (verdict === 'allowed') continue;
        const session = sessionArn(kernel, caller.roleArn, caller.functionName);
        throw accessDenied(service, { session, action, resource, verdict });
      }
    },
  };
}

/** A function calls under its role, in a session that is named after the function. */
function sessionArn({ place }: Kernel, roleArn: string, functionName: string): string {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return `arn:aws:sts::${place.accountId}:assumed-role/${roleName}/${functionName}`;
}
