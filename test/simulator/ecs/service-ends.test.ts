import { describe, expect, test } from 'vitest';
import { createConnectedFleet, HOUR, inService, MINUTE, tasksOn } from '../fleet-fixture.ts';
import { describeService, messages, request, update, withService } from './service-fixture.ts';

describe('DeleteService', () => {
  test('is refused while the service is scaled above zero, unless forced', async () => {
    const fleet = await withService();
    expect(fleet.errorOf('ecs', 'DeleteService', { cluster: 'main', service: 'web' })).toEqual({
      code: 'InvalidParameterException',
      message: 'The service cannot be stopped while it is scaled above 0.',
    });
  });

  test('leaves the service DRAINING until its tasks are stopping, then INACTIVE', async () => {
    const fleet = await withService();
    const answer = fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
    expect(answer).toMatchObject({ service: { status: 'DRAINING', desiredCount: 0, runningCount: 2 } });
    expect(fleet.call('ecs', 'ListServices', { cluster: 'main' })).toEqual({ serviceArns: [] });
    expect(fleet.errorOf('ecs', 'CreateService', request).message).toBe(
      'Unable to Start a service that is still Draining.',
    );
    await fleet.runFor(2 * MINUTE);

    expect(describeService(fleet).status).toBe('INACTIVE');
    expect(fleet.views.tasks().map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED', 'STOPPED']);
    expect(fleet.call('ecs', 'CreateService', request)).toMatchObject({ service: { status: 'ACTIVE' } });
  });

  test('of a service with a task on a lost agent waits for that task', async () => {
    const fleet = await withService();
    const [first = ''] = inService(fleet);
    fleet.world.disconnectAgent(first);
    fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web', force: true });
    await fleet.runFor(HOUR);
    expect(describeService(fleet).status).toBe('DRAINING');

    fleet.world.reconnectAgent(first);
    await fleet.runFor(2 * MINUTE);
    expect(describeService(fleet).status).toBe('INACTIVE');
    expect(tasksOn(fleet, first)).toMatchObject([{ lastStatus: 'STOPPED', containersEnd: 'exited' }]);
  });

  test('of a daemon needs no force', async () => {
    const fleet = await createConnectedFleet();
    fleet.world.createService({ cluster: 'main', name: 'web', schedulingStrategy: 'DAEMON' });
    await fleet.runFor(2 * MINUTE);
    fleet.call('ecs', 'DeleteService', { cluster: 'main', service: 'web' });
    await fleet.runFor(2 * MINUTE);
    expect(describeService(fleet)).toMatchObject({ status: 'INACTIVE', desiredCount: 0, runningCount: 0 });
  });
});

describe('the events of a service', () => {
  test('tell a lack of room once in six hours, and again after it was over', async () => {
    const fleet = await withService({ desiredCount: 2 });
    const failures = () => messages(fleet).filter((message) => message.includes('unable to place a task')).length;
    update(fleet, { desiredCount: 100 });
    await fleet.runFor(HOUR);
    expect(failures()).toBe(1);
    await fleet.runFor(6 * HOUR);
    expect(failures()).toBe(2);

    update(fleet, { desiredCount: 2 });
    await fleet.runFor(10 * MINUTE);
    update(fleet, { desiredCount: 100 });
    await fleet.runFor(10 * MINUTE);
    expect(failures()).toBe(3);
  });

  test('say that the percentages leave a deployment no way', async () => {
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 100 };
    const fleet = await withService({ deploymentConfiguration });
    update(fleet, { forceNewDeployment: true });
    await fleet.runFor(10 * MINUTE);

    expect(messages(fleet)[0]).toMatch(/unable to stop or start tasks during a deployment/);
    expect(describeService(fleet).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', runningCount: 0 },
      { status: 'ACTIVE', runningCount: 2 },
    ]);
  });
});
