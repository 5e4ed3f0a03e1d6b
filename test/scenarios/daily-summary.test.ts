import { describe, expect, it } from 'vitest';
import { type Box, type BoxOptions, minutes, openBox } from './box.ts';
import { bootGroup, LAUNCH_HOOK, launchUnregistered } from './fleet.ts';
import { announce } from './interruption-fleet.ts';

/** Half an hour before the summaries are made. */
const EARLY = Date.UTC(2026, 0, 5, 7, 30);

async function morning(options: BoxOptions = {}): Promise<Box> {
  const settings = { outageCountMin: '5', ...options.settings };
  return openBox({ startMs: EARLY, agentConnectionsEnd: false, ...options, settings });
}

function summaries(box: Box) {
  return box.alerts().filter(({ attributes }) => attributes.kind === 'summary');
}

describe('the daily summary', () => {
  it('names old agents and what is still open, once a day, and pages nobody', async () => {
    const box = await morning({ settings: { agentVersionMin: '1.90.0' } });
    const [old = ''] = await bootGroup(box, { name: 'old', desired: 1, agentVersion: '1.9.0' });
    const [silent = ''] = await bootGroup(box, { name: 'new', desired: 1, agentVersion: '1.100.0' });
    box.world.disconnectAgent(silent);

    await box.run(minutes(120));

    const [summary, ...others] = summaries(box);
    expect(others).toEqual([]);
    expect(summary?.attributes.severity).toBe('info');
    expect(summary?.subject).toBe('[prod] Daily summary: 1 open, 1 with an old agent');
    expect(summary?.message).toContain(`agent of ${silent} disconnected or impaired`);
    const registration = box.views.containerInstances().find(({ ec2InstanceId }) => ec2InstanceId === old);
    expect(summary?.message).toContain(registration?.arn.split('/').at(-1));
  });

  it('leaves out nothing that on-call was told of and that is not over', async () => {
    const settings = { repairsPerHourMax: '1', disconnectedReplaceMinutes: '12', drainDeadlineMinutes: '600' };
    const box = await morning({ settings });
    const ids = await bootGroup(box, { desired: 4 });
    box.world.createService({ cluster: 'prod', name: 'web', minimumHealthyPercent: 100, maximumPercent: 100 });
    const late = await launchUnregistered(box);
    const { region, accountId } = box.simulator.kernel.place;
    const tags = [{ key: 'ebbtide:drain-deadline-minutes', value: 'an hour' }];
    const resourceArn = `arn:aws:ecs:${region}:${accountId}:cluster/prod`;
    await box.simulator.call('ecs', 'TagResource', { resourceArn, tags });
    await box.run(minutes(2));
    const host = box.views.tasks().find(({ lastStatus }) => lastStatus === 'RUNNING')?.ec2InstanceId ?? '';
    const [announced = '', ...away] = ids.filter((id) => id !== host);
    box.world.terminateInstanceInGroup(host, 'shrink');
    for (const id of away) box.world.disconnectAgent(id, { cause: 'unreachable' });
    announce(box, announced, { startTime: new Date(EARLY + minutes(5_000)).toUTCString() });

    await box.run(minutes(40));

    const [summary, ...more] = summaries(box);
    expect(more).toEqual([]);
    expect(summary?.message).toContain(`drain of ${host} stuck`);
    expect(summary?.message).toContain(`${late} of late not arrived`);
    expect(summary?.message).toContain('repairs held');
    expect(summary?.message).toContain('1 tag of the cluster not understood');
    expect(summary?.message).toContain(`reboot maintenance of ${announced}`);
    expect(summary?.message).toMatch(/agent of i-\w+ disconnected or impaired/);
  });

  it('tells of an instance in no cluster that is known, too', async () => {
    const box = await morning({ settings: { launchDeadlineResult: 'CONTINUE' } });
    box.world.createAutoScalingGroup({
      name: 'lost',
      cluster: 'prod',
      desired: 0,
      maxSize: 5,
      lifecycleHooks: [LAUNCH_HOOK],
    });
    box.world.breakNewAgents('lost');
    box.world.setDesiredCapacity('lost', 1);

    await box.run(minutes(60));

    const [opened] = box.alerts();
    expect(opened?.attributes.cluster).toBe('unknown');
    expect(summaries(box).map(({ subject }) => subject)).toEqual(['[unknown] Daily summary: 1 open']);
  });

  it('is not sent where there is nothing to say', async () => {
    const box = await morning();
    await bootGroup(box, { agentVersion: '1.9.0' });

    await box.run(minutes(120));

    expect(box.alerts()).toEqual([]);
    // Looked for once, not with every sweep of the hour: for the cluster, and for what is in none.
    expect(box.calls('PutItem').filter(({ input }) => JSON.stringify(input).includes('summary#'))).toHaveLength(2);
  });
});
