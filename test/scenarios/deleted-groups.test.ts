import { describe, expect, it } from 'vitest';
import { minutes, openBox } from './box.ts';
import { bootGroup } from './fleet.ts';

describe('a group that is deleted by force in mid-drain', () => {
  it.each([
    ['is told of with the tasks that it took along', 'off', ['opened']],
    ['has the alert of its stuck drain resolved, with the tasks that it took along', '2', ['opened', 'resolved']],
  ])('%s', async (_, drainStalledMinutes, states) => {
    const box = await openBox({ settings: { drainStalledMinutes } });
    const [id = ''] = await bootGroup(box, { desired: 1 });
    const report = box.world.runTask({ cluster: 'prod', family: 'report', cpu: 64, memory: 64, on: id });
    await box.run(minutes(1));
    box.world.terminateInstanceInGroup(id, 'shrink');
    await box.run(minutes(6));

    const deletion = { AutoScalingGroupName: 'web', ForceDelete: true };
    await box.simulator.call('autoscaling', 'DeleteAutoScalingGroup', deletion);
    await box.run(minutes(10));

    expect(box.alerts().map(({ attributes }) => attributes.state)).toEqual(states);
    expect(box.alerts().at(-1)?.message).toMatch(new RegExp(`^Not stopped:\\n.*${report.split('/').at(-1)}`, 'm'));
    const failures = box.logs().filter(({ level }) => level === 'ERROR');
    expect(failures).toEqual([]);
  });
});
