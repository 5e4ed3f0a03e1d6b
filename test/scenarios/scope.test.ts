import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createSimulator } from '../../simulator/simulator.ts';
import { packageInto } from '../packaged.ts';
import { minutes, openBox } from './box.ts';
import { bootGroup, containerInstance, hookEnd, TERMINATE_HOOK } from './fleet.ts';

describe('what Ebbtide leaves alone', () => {
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
    const directory = path.join(inject('runDirectory'), 'scope');
    const packaged = await packageInto(directory, { parameters: ['clusters=prod'] });
    const simulator = createSimulator({ seed: 1 });
    simulator.deploy({
      templatePath: packaged.templateFile,
      artifactsDirectory: path.dirname(packaged.templateFile),
    });
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
    const errors = simulator.kernel.trace.entries.filter(
      ({ kind, phase }) => kind === 'invocation' && phase === 'error',
    );
    expect(errors).toEqual([]);
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
