import type { Call } from './facts.ts';
import { instancesNamed, isFleetChange } from './fleet-change.ts';
import type { Invariant } from './invariant.ts';
import type { Ledger, RegistrationRecord } from './ledger.ts';
import { type Terms, termsIn } from './terms.ts';

/** ECS drains and repairs Managed Instances itself (ECS guide, Amazon ECS Managed Instances): two that do it are one too many. */
export function managedInstancesAreLeftAlone(terms: Terms): Invariant {
  return {
    name: 'Nothing is done to instances that ECS itself looks after',
    observe(fact, ledger, check) {
      if (!isFleetChange(fact)) return;
      for (const one of registrationsNamed(fact, ledger)) {
        const isManaged = termsIn(terms, one.cluster, fact.atMs).isLeftAlone?.(one.capacityProvider) === true;
        check(!isManaged, `${fact.functionName} called ${fact.operation} for ${one.ec2InstanceId}`, [
          one.ec2InstanceId,
        ]);
      }
    },
  };
}

function registrationsNamed(call: Call, ledger: Ledger): RegistrationRecord[] {
  const { containerInstances, containerInstance, task } = call.input;
  const arns = Array.isArray(containerInstances) ? containerInstances.map(String) : [String(containerInstance)];
  return [...ledger.registrations.values()].filter(
    ({ arn, ec2InstanceId, tasks }) =>
      arns.includes(arn) || tasks.has(String(task)) || instancesNamed(call, ledger).includes(ec2InstanceId),
  );
}
