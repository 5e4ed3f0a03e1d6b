import type { GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import * as schemas from '@aws-sdk/client-sts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Caller, Operation, SimulatedService } from '../../wire/service.ts';

/**
 * AWS Security Token Service, as far as tools ask it who they are before they begin. Needs no permission, and no policy
 * can deny it (GetCallerIdentity, API reference).
 */
export function createStsService(kernel: Kernel): SimulatedService {
  const getCallerIdentity: Operation<object, GetCallerIdentityResponse> = {
    authorize: () => ({ resources: [] }),
    run: (_input, { caller }) => ({ Account: kernel.place.accountId, ...identityOf(caller, kernel.place.accountId) }),
  };
  return { name: 'sts', protocol: 'awsQuery', schemas, operations: { GetCallerIdentity: getCallerIdentity } };
}

/** The forms of ARNs and unique ids: IAM user guide, "IAM identifiers". */
function identityOf(caller: Caller, accountId: string): { readonly Arn: string; readonly UserId: string } {
  switch (caller.kind) {
    case 'function': {
      const roleName = caller.roleArn.slice(caller.roleArn.lastIndexOf('/') + 1);
      const { functionName } = caller;
      return {
        Arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${functionName}`,
        UserId: `AROASIMULATEDROLE:${functionName}`,
      };
    }
    case 'operator':
      return { Arn: `arn:aws:iam::${accountId}:user/${caller.name}`, UserId: 'AIDASIMULATEDOPERATOR' };
    case 'service':
      return { Arn: `arn:aws:sts::${accountId}:assumed-role/${caller.name}/service`, UserId: `AROA:${caller.name}` };
  }
}
