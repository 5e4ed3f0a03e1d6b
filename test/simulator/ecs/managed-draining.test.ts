import { describe, expect, test } from 'vitest';
import {
  createConnectedFleet,
  HOUR,
  inService,
  lifecycleStateOf,
  MINUTE,
  registrationOf,
  tasksOn,
} from '../fleet-fixture.ts';

async function managedFleet() {
  const fleet = await createConnectedFleet({ capacityProvider: { name: 'nodes', managedDraining: true } });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2, exitsAfterSignalMs: 25_000 });
  await fleet.runFor(5 * MINUTE);
  const [id = ''] = inService(fleet);
  return { fleet, id };
}

const managedHook = (fleet: Awaited<ReturnType<typeof managedFleet>>['fleet'], id: string) =>
  fleet.views.groupInstances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.hooks[0];

describe('managed draining', () => {
  test('shows in the capacity provider and in the hooks of the group', async () => {
    const { fleet } = await managedFleet();

    expect(fleet.call('ecs', 'DescribeCapacityProviders', { capacityProviders: ['nodes'] })).toMatchObject({
      capacityProviders: [{ name: 'nodes', autoScalingGroupProvider: { managedDraining: 'ENABLED' } }],
    });
    expect(fleet.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'nodes' })).toMatchObject({
      LifecycleHooks: [{ LifecycleHookName: 'ecs-managed-draining-termination-hook', GlobalTimeout: 172_800 }],
    });
  });

  test('drains the instance and lets it go once its tasks have stopped', async () => {
    const { fleet, id } = await managedFleet();

    fleet.world.terminateInstanceInGroup(id);
    await fleet.runUntil(() => registrationOf(fleet, id).status === 'DRAINING');
    await fleet.runUntil(() => managedHook(fleet, id)?.end !== undefined);

    expect(managedHook(fleet, id)?.end).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller', name: 'ECS' } });
    expect(tasksOn(fleet, id).map(({ containersEnd }) => containersEnd)).toEqual(['exited']);
  });

  test('waits for a standalone task, for 48 hours at most', async () => {
    const { fleet, id } = await managedFleet();
    fleet.world.runTask({ cluster: 'main', on: id });

    fleet.world.terminateInstanceInGroup(id);
    await fleet.runFor(47 * HOUR);
    expect(lifecycleStateOf(fleet, id)).toBe('Terminating:Wait');
    await fleet.runFor(2 * HOUR);

    expect(managedHook(fleet, id)?.end).toMatchObject({ by: { kind: 'global-timeout' } });
    expect(tasksOn(fleet, id).map(({ containersEnd }) => containersEnd)).toContain('host-gone');
  });
});
