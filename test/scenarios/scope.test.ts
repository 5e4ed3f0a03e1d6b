import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { type Packaged, packageInto } from '../packaged.ts';
import { minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, groupInstance, hookEnd, LAUNCH_HOOK, TERMINATE_HOOK } from './fleet.ts';

let packagedForProd: Promise<Packaged> | undefined;

/** Permissions and all: what the parameter leaves out, the roles do not grant. */
async function deployForProd(): Promise<Simulator> {
  packagedForProd ??= packageInto(path.join(inject('runDirectory'), 'scope'), { parameters: ['clusters=prod'] });
  const packaged = await packagedForProd;
  const simulator = createSimulator({ seed: 1 });
  simulator.deploy({ templatePath: packaged.templateFile, artifactsDirectory: path.dirname(packaged.templateFile) });
  return simulator;
}

/** What Ebbtide could not do: functions that failed, and calls that were refused. */
function complaints({ kernel }: Simulator) {
  return kernel.trace.entries.filter(
    ({ kind, phase, error }) =>
      (kind === 'invocation' && phase === 'error') ||
      (kind === 'call' && `${JSON.stringify(error)}`.includes('Denied')),
  );
}

describe('what Ebbtide leaves alone', () => {
  it('an instance of a cluster that it stays out of, on its way back into a warm pool', async () => {
    const box = await openBox({ settings: { clusters: 'prod' } });
    box.world.createCluster({ name: 'annex' });
    const warmPool = { minSize: 0, poolState: 'Stopped', reuseOnScaleIn: true } as const;
    const launchHook = { ...LAUNCH_HOOK, heartbeatTimeoutSeconds: 60, defaultResult: 'CONTINUE' } as const;
    const hooks = [TERMINATE_HOOK, launchHook];
    const [id = ''] = await bootGroup(box, { cluster: 'annex', desired: 1, warmPool, lifecycleHooks: hooks });
    await box.run(minutes(5));
    const before = box.calls('CompleteLifecycleAction').length;

    box.world.setDesiredCapacity('web', 0);
    await box.run(minutes(3));

    expect(groupInstance(box, id).lifecycleState).toBe('Warmed:Pending:Wait');
    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(box.calls('CompleteLifecycleAction').slice(before)).toEqual([]);
  });

  it('a hook that it does not own: drained by nobody, completed by nobody', async () => {
    const box = await openBox();
    const hook = { ...TERMINATE_HOOK, name: 'their-hook', heartbeatTimeoutSeconds: 1_200 };
    const [id = ''] = await bootGroup(box, { desired: 1, lifecycleHooks: [hook] });

    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(10));

    expect(containerInstance(box, id).status).toBe('ACTIVE');
    expect(box.calls('UpdateContainerInstancesState', 'CompleteLifecycleAction')).toEqual([]);
  });

  it('an instance of a cluster that is not looked after, though the hook is its own', async () => {
    const simulator = await deployForProd();
    const { world, views } = simulator.fleet;
    for (const cluster of ['prod', 'dev']) {
      world.createCluster({ name: cluster });
      world.createAutoScalingGroup({
        name: cluster,
        cluster,
        desired: 1,
        maxSize: 2,
        lifecycleHooks: [{ ...TERMINATE_HOOK, heartbeatTimeoutSeconds: 1_200 }],
      });
    }
    await simulator.runFor(minutes(5));

    for (const { ec2InstanceId } of views.groupInstances()) world.terminateInstanceInGroup(ec2InstanceId, 'shrink');
    await simulator.runFor(minutes(10));

    const endOf = (group: string) => views.groupInstances().find((instance) => instance.group === group)?.hooks[0]?.end;
    expect(endOf('prod')).toMatchObject({ result: 'CONTINUE', by: { kind: 'caller' } });
    expect(endOf('dev')).toBeUndefined();
    expect(views.containerInstances().find(({ cluster }) => cluster === 'dev')?.status).toBe('ACTIVE');
    expect(complaints(simulator)).toEqual([]);
  });

  it.each([
    ['and its group says so', { 'ebbtide:cluster': 'dev' }],
    ['and nothing says where it belongs', {}],
  ])('an instance that a launch hook of its own holds, in a cluster that is not looked after, %s', async (_, tags) => {
    const simulator = await deployForProd();
    const { world, views } = simulator.fleet;
    const hook = { ...LAUNCH_HOOK, defaultResult: 'CONTINUE' } as const;
    world.createCluster({ name: 'dev' });
    world.createAutoScalingGroup({ name: 'web', cluster: 'dev', desired: 1, maxSize: 2, lifecycleHooks: [hook], tags });
    await simulator.runFor(minutes(20));

    expect(views.groupInstances()[0]?.hooks[0]?.end?.by).toMatchObject({ kind: 'heartbeat-timeout' });
    expect(complaints(simulator)).toEqual([]);
  });

  it('anything at all in observe mode: it says what it would do, and calls nothing that changes the fleet', async () => {
    const box = await openBox({
      settings: { mode: 'observe', disconnectedDeregisterMinutes: '15', disconnectedDeregisterRunning: 'yes' },
    });
    const [first = '', second = ''] = await bootGroup(box, { desired: 2 });
    box.world.runTask({ cluster: 'prod', family: 'report', cpu: 256, memory: 256 });

    box.world.disconnectAgent(second);
    box.world.terminateInstanceInGroup(first, 'shrink');
    await box.run(minutes(70));

    const changing =
      /^(Update|Complete|Record|Deregister|Stop|Set|Terminate|Start|Run|Put(?!Item|Events)|Delete|Send(?!Message))/;
    expect(box.calls().filter(({ operation }) => changing.test(operation))).toEqual([]);
    expect(hookEnd(box, first)?.by).toMatchObject({ kind: 'heartbeat-timeout' });
    // Each alert says so, and none claims that anything was done.
    expect(box.alerts().length).toBeGreaterThan(0);
    for (const { subject, message } of box.alerts()) {
      expect(subject).toMatch(/^\[observe\] /);
      expect(message).toMatch(/^Mode: observe\. Ebbtide has changed nothing/m);
      expect(message).not.toMatch(/^Done: (?!nothing)/m);
    }
    expect(box.logs('would act').map(({ effect }) => (effect as { operation: string }).operation)).toContain(
      'UpdateContainerInstancesState',
    );
  });
});
