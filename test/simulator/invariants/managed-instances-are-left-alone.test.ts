import { expect, test } from 'vitest';
import { managedInstancesAreLeftAlone } from '../../../simulator/invariants/managed-instances-are-left-alone.ts';
import { EC2, HandMade, INSTANCE, TERMS } from './hand-made.ts';

const terms = { ...TERMS, isLeftAlone: (provider: string) => provider === 'managed' };
const registered = (capacityProviderName?: string) =>
  new HandMade()
    .registered()
    .event('ECS Container Instance State Change', { containerInstanceArn: INSTANCE, capacityProviderName });
const judge = (story: HandMade) => story.judge(managedInstancesAreLeftAlone(terms));

test('An instance of a Managed Instances capacity provider that is drained, deregistered or replaced is caught', () => {
  const drain = { containerInstances: [INSTANCE], status: 'DRAINING' };
  expect(judge(registered('managed').ecs('UpdateContainerInstancesState', drain)).violations).toBe(1);
  const gone = { containerInstance: INSTANCE };
  expect(judge(registered('managed').ecs('DeregisterContainerInstance', gone)).violations).toBe(1);
  expect(judge(registered('managed').call('SetInstanceHealth', { InstanceId: EC2 })).violations).toBe(1);
});

test('Instances of other providers, or of none, are not its concern', () => {
  const drain = { containerInstances: [INSTANCE], status: 'DRAINING' };
  expect(judge(registered('spot').ecs('UpdateContainerInstancesState', drain)).violations).toBe(0);
  expect(judge(registered().ecs('UpdateContainerInstancesState', drain)).violations).toBe(0);
});
