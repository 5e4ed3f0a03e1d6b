import { describe, expect, it } from 'vitest';
import { ConnectionLost } from '../../simulator/wire/http.ts';
import { minutes, seconds } from './box.ts';
import { containerInstance, hookEnd } from './fleet.ts';
import { endsOf, spotFleet, told } from './interruption-fleet.ts';
import { ofFunctions, WITHOUT_ANSWER } from './outage.ts';

type Fleet = Awaited<ReturnType<typeof spotFleet>>;

/** An instance that was spared: on-call was told that what AWS had announced did not come. */
const TOLD_AS_SPARED = 'interruption warning opened';

describe('the drain for a Spot interruption is begun anew, and saves every task,', () => {
  async function interrupted({ box, id, tasks }: Fleet) {
    box.world.interruptSpot(id);
    await box.run(minutes(8));
    return endsOf(box, tasks);
  }

  it('where the function is killed right before it sets the instance DRAINING', async () => {
    let kills = 0;
    const fleet: Fleet = await spotFleet({
      lifecycleHooks: [],
      intercept: ({ operation, caller }) => {
        if (operation !== 'UpdateContainerInstancesState' || caller.kind !== 'function' || kills > 0) return undefined;
        kills += 1;
        fleet.box.simulator.lambda.kill(caller.requestId);
        return { effect: 'none', answer: new ConnectionLost() };
      },
    });

    expect(await interrupted(fleet)).not.toContain('host-gone');
    expect(kills).toBe(1);
  });

  it('where ECS refuses twice to set the instance DRAINING', async () => {
    let refusals = 0;
    const fleet = await spotFleet({
      lifecycleHooks: [],
      intercept: ({ operation, caller, input }) => {
        if (operation !== 'UpdateContainerInstancesState' || caller.kind !== 'function') return undefined;
        if (refusals === 2) return undefined;
        refusals += 1;
        const failures = [input.containerInstances].flat().map((arn) => ({ arn, reason: 'INACTIVE' }));
        // It is ACTIVE: nothing is changed.
        return {
          effect: 'happens',
          input: { ...input, status: 'ACTIVE' },
          staleOutput: { containerInstances: [], failures },
        };
      },
    });

    expect(await interrupted(fleet)).not.toContain('host-gone');
    expect(refusals).toBe(2);
  });
});

describe.each(WITHOUT_ANSWER)('while a service %s', (_, way) => {
  it.each(['autoscaling', 'ec2'])('a Spot Instance is drained within its two minutes, if that is %s', async (name) => {
    const { outage, intercept } = way(ofFunctions(name));
    const { box, id, tasks } = await spotFleet({ lifecycleHooks: [], intercept });

    outage.isOn = true;
    box.world.interruptSpot(id);
    await box.run(seconds(60));
    expect(containerInstance(box, id).status).toBe('DRAINING');
    outage.isOn = false;
    await box.run(minutes(8));

    expect(endsOf(box, tasks)).not.toContain('host-gone');
    expect(told(box)).toEqual(['interruption info notice']);
  });

  it('what EC2 says counts though Auto Scaling says nothing: what is gone already is not drained', async () => {
    const { outage, intercept } = way(ofFunctions('autoscaling'));
    const { box, id } = await spotFleet({ lifecycleHooks: [], intercept });

    outage.isOn = true;
    box.world.terminateInstance(id);
    const detail = { 'instance-id': id, 'instance-action': 'terminate' };
    const source = 'aws.ec2';
    box.simulator.messaging.putEvent({
      source,
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      resources: [],
      detail,
    });
    await box.run(seconds(30));

    expect(box.logs('interruption: ignore')).toContainEqual(
      expect.objectContaining({ decision: { kind: 'ignore', reason: 'gone already' } }),
    );
    expect(box.calls('UpdateContainerInstancesState')).toEqual([]);
  });
});

describe('a Spot stop', () => {
  it('of an instance that somebody else had set DRAINING leaves it so when it is back', async () => {
    const { box, id } = await spotFleet({ lifecycleHooks: [] });
    box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy']);
    const { arn } = containerInstance(box, id);
    const request = { cluster: 'prod', containerInstances: [arn], status: 'DRAINING' };
    await box.simulator.call('ecs', 'UpdateContainerInstancesState', request);
    await box.run(minutes(2));

    box.world.interruptSpot(id, { action: 'stop' });
    await box.run(minutes(15));
    box.world.startInstance(id);
    await box.run(minutes(6));

    expect(containerInstance(box, id)).toMatchObject({ arn, status: 'DRAINING', agentConnected: true });
  });

  it('that is followed by an interruption before the instance is ACTIVE again leaves it ACTIVE when that never comes', async () => {
    const { box, id } = await spotFleet({ lifecycleHooks: [] });
    box.world.suspendProcesses('web', ['HealthCheck', 'ReplaceUnhealthy']);
    box.world.interruptSpot(id, { action: 'stop' });
    await box.run(minutes(15));
    box.world.startInstance(id);
    await box.run(seconds(5));
    expect(containerInstance(box, id).status).toBe('DRAINING');

    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
  });
});

describe('an instance that on-call was told of as spared', () => {
  it('is told of as over when its group terminates it, which has a hook', async () => {
    const { box, id } = await spotFleet({ settings: { interruptionSpared: 'alert' } });
    box.world.interruptSpot(id, { comesTrue: false });
    await box.run(minutes(20));
    expect(told(box)).toEqual([TOLD_AS_SPARED]);

    box.world.terminateInstanceInGroup(id, 'replace');
    await box.run(minutes(10));

    expect(hookEnd(box, id)).toMatchObject({ by: { kind: 'caller' } });
    expect(told(box)).toEqual([TOLD_AS_SPARED, 'interruption info resolved']);
  });

  it('is told of as over, once, when a Spot interruption takes it after all', async () => {
    const { box, id } = await spotFleet({
      settings: { interruptionSpared: 'alert', rebalance: 'drain' },
      lifecycleHooks: [],
    });
    box.world.rebalanceRecommendation(id);
    await box.run(minutes(70));
    expect(told(box)).toEqual([TOLD_AS_SPARED]);

    box.world.interruptSpot(id);
    await box.run(minutes(10));

    expect(told(box).filter((one) => one.endsWith('resolved'))).toHaveLength(1);
  });
});

it('a Spot interruption of an instance that was registered once more while its hook held it is told once', async () => {
  const { box, id } = await spotFleet({ settings: { drainStalledMinutes: 'off' } });
  box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
  await box.run(minutes(1));
  box.world.terminateInstanceInGroup(id, 'replace');
  await box.run(minutes(1));
  box.world.reRegisterAgent(id);
  await box.run(minutes(3));

  box.world.interruptSpot(id);
  await box.run(minutes(10));

  expect(box.alerts()).toHaveLength(1);
});
