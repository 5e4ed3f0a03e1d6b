import { describe, expect, test } from 'vitest';
import { SWITCHES, type UndocumentedBehaviour } from '../../../simulator/services/undocumented.ts';
import {
  createConnectedFleet,
  drain,
  eventsOf,
  HOUR,
  inService,
  lifecycleStateOf,
  MINUTE,
  registrationOf,
  tasksOn,
} from '../fleet-fixture.ts';

async function fleetWith(undocumented: Partial<UndocumentedBehaviour>, group: object = {}) {
  const fleet = await createConnectedFleet(group, { undocumented });
  fleet.world.createService({ cluster: 'main', name: 'web', desiredCount: 2 });
  await fleet.runFor(5 * MINUTE);
  const [first = '', second = ''] = inService(fleet);
  return { fleet, first, second };
}

/** For each switch, what is seen of it. A new switch without a test does not compile. */
const TESTS: { readonly [Name in keyof UndocumentedBehaviour]: (value: UndocumentedBehaviour[Name]) => Promise<void> } =
  {
    drainingSendsEvent: async (value) => {
      const { fleet, first } = await fleetWith({ drainingSendsEvent: value });
      fleet.events.length = 0;

      drain(fleet, first);

      expect(eventsOf(fleet, 'ECS Container Instance State Change')).toHaveLength(value ? 1 : 0);
    },

    replacesTasksOfDisconnectedDraining: async (value) => {
      const { fleet, first, second } = await fleetWith({ replacesTasksOfDisconnectedDraining: value });
      fleet.world.disconnectAgent(first);

      drain(fleet, first);
      await fleet.runFor(HOUR);

      expect(tasksOn(fleet, second)).toHaveLength(value ? 2 : 1);
    },

    protectionHoldsOnDraining: async (value) => {
      const { fleet, first } = await fleetWith({ protectionHoldsOnDraining: value });
      const tasks = tasksOn(fleet, first).map(({ arn }) => arn);
      fleet.call('ecs', 'UpdateTaskProtection', {
        cluster: 'main',
        tasks,
        protectionEnabled: true,
        expiresInMinutes: 60,
      });

      drain(fleet, first);
      await fleet.runFor(30 * MINUTE);
      expect(tasksOn(fleet, first)[0]?.lastStatus).toBe(value ? 'RUNNING' : 'STOPPED');

      await fleet.runFor(35 * MINUTE);
      expect(tasksOn(fleet, first).filter(({ lastStatus }) => lastStatus !== 'STOPPED')).toEqual([]);
    },

    ghostTasksAreStopped: async (value) => {
      const { fleet, first } = await fleetWith({ ghostTasksAreStopped: value });
      fleet.world.disconnectAgent(first);

      fleet.world.terminateInstance(first);
      await fleet.runFor(HOUR);

      expect(tasksOn(fleet, first)).toMatchObject([
        { lastStatus: value ? 'STOPPED' : 'RUNNING', containers: 'ended', containersEnd: 'host-gone' },
      ]);
    },

    hooksRunForVanishedInstances: async (value) => {
      const transition = 'autoscaling:EC2_INSTANCE_TERMINATING';
      const { fleet, first } = await fleetWith(
        { hooksRunForVanishedInstances: value },
        { lifecycleHooks: [{ name: 'drain', transition, heartbeatTimeoutSeconds: 7_200 }] },
      );

      fleet.world.terminateInstance(first);
      await fleet.runFor(10 * MINUTE);

      expect(lifecycleStateOf(fleet, first)).toBe(value ? 'Terminating:Wait' : 'Terminated');
    },

    connectivityImpairedAfterMs: async (value) => {
      const { fleet, first } = await fleetWith({ connectivityImpairedAfterMs: value });
      const request = {
        cluster: 'main',
        containerInstances: [registrationOf(fleet, first).arn],
        include: ['CONTAINER_INSTANCE_HEALTH'],
      };
      const health = () => fleet.call('ecs', 'DescribeContainerInstances', request);
      fleet.world.disconnectAgent(first);

      await fleet.runFor(value - 1_000);
      expect(health()).toMatchObject({ containerInstances: [{ healthStatus: { overallStatus: 'OK' } }] });
      await fleet.runFor(2_000);
      expect(health()).toMatchObject({ containerInstances: [{ healthStatus: { overallStatus: 'IMPAIRED' } }] });
      expect(eventsOf(fleet, 'ECS Container Instance Health Change').at(-1)?.detail).toMatchObject({
        overallStatus: 'IMPAIRED',
      });
    },

    refusesPercentsOf100: async (value) => {
      const { fleet } = await fleetWith({ refusesPercentsOf100: value });
      const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 100 };
      const update = { cluster: 'main', service: 'web', deploymentConfiguration };
      const containerDefinitions = [{ name: 'main', image: 'busybox', memory: 64 }];
      fleet.call('ecs', 'RegisterTaskDefinition', { family: 'other', containerDefinitions });
      const service = { cluster: 'main', serviceName: 'other', taskDefinition: 'other', desiredCount: 1 };
      const calls = [
        ['CreateService', { ...service, deploymentConfiguration }],
        ['UpdateService', update],
      ] as const;

      for (const [operation, input] of calls) {
        if (!value) expect(fleet.call('ecs', operation, input)).toMatchObject({ service: { deploymentConfiguration } });
        else
          expect(fleet.errorOf('ecs', operation, input).message).toMatch(
            /^Both maximumPercent and minimumHealthyPercent/,
          );
      }
    },

    startTaskOnDraining: async (value) => {
      const { fleet, first } = await fleetWith({ startTaskOnDraining: value });
      drain(fleet, first);

      const containerInstances = [registrationOf(fleet, first).arn];
      const answer = fleet.call<{ tasks: object[]; failures: object[] }>('ecs', 'StartTask', {
        cluster: 'main',
        taskDefinition: 'web',
        containerInstances,
      });
      expect([answer.tasks.length, answer.failures.length]).toEqual(value ? [1, 0] : [0, 1]);
    },
  };

describe.each(Object.entries(SWITCHES))('%s', (name, { initial, what }) => {
  const values: (boolean | number)[] = typeof initial === 'boolean' ? [true, false] : [2 * MINUTE, 20 * MINUTE];

  test.each(values)(`as %s: ${what.charAt(0).toLowerCase()}${what.slice(1)}`, async (value) => {
    const check = TESTS[name as keyof typeof TESTS] as (value: boolean | number) => Promise<void>;
    await check(value);
  });
});
