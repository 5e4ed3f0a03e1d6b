import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyFleet } from '../../../simulator/fleet-document/apply.ts';
import { FleetDocumentError, parseFleetDocument } from '../../../simulator/fleet-document/parse.ts';
import { createSimulator } from '../../../simulator/simulator.ts';

function problemsOf(text: string, fileName = 'fleet.yml'): string[] {
  try {
    parseFleetDocument(text, fileName);
  } catch (error) {
    if (error instanceof FleetDocumentError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a wrong fleet document', () => {
  test('is told with every line and field', () => {
    const problems = problemsOf(`clusters:
  - name: prod
    groups:
      - name: web
        desired: three
        maxsize: 4
    services:
      - desiredCount: -1
`);
    expect(problems).toEqual([
      'fleet.yml:5: clusters[0].groups[0].desired: Invalid input: expected number, received string',
      'fleet.yml:6: clusters[0].groups[0].maxsize: there is no such field',
      'fleet.yml:8: clusters[0].services[0].name: Invalid input: expected string, received undefined',
      'fleet.yml:8: clusters[0].services[0].desiredCount: Too small: expected number to be >=0',
    ]);
  });

  test('is told in a line that fits a screen when it is no text at all', () => {
    const problems = problemsOf(`{ ${'\u0001'.repeat(50_000)} } ${'x'.repeat(50_000)}`);
    expect(problems).not.toEqual([]);
    for (const problem of problems) expect(problem.length).toBeLessThan(300);
  });

  test('in JSON likewise, also when it is indented with tabs', () => {
    const text = '{\n\t"clusters": [\n\t\t{ "name": "prod" },\n\t\t{ "name": "prod" }\n\t]\n}';
    expect(problemsOf(text, 'fleet.json')).toEqual(['fleet.json:4: clusters[1].name: there is another cluster prod']);
  });

  test.each([
    ['', 'fleet.yml:1: the document: Invalid input: expected object, received null'],
    ['clusters: [', 'fleet.yml:1: '],
    ['clusters:\n  - name: a\n  - name: b\n   tags: {}', 'fleet.yml:4: '],
    [
      'clusters:\n  - { name: a, groups: [{ name: g, desired: 2, minSize: 3 }] }',
      'fleet.yml:2: clusters[0].groups[0].minSize: is larger',
    ],
    [
      'clusters:\n  - { name: a, groups: [{ name: g, desired: 2, maxSize: 1 }] }',
      'fleet.yml:2: clusters[0].groups[0].maxSize: is smaller',
    ],
    [
      'clusters: [{ name: a, groups: [{ name: g, desired: 1 }, { name: g, desired: 1 }] }]',
      'fleet.yml:1: clusters[0].groups[1].name: there is another group g',
    ],
    [
      'clusters: [{ name: a, groups: [{ name: g, desired: two }] }, { name: a }]',
      'fleet.yml:1: clusters[1].name: there is another cluster a',
    ],
    ['clusters: &a [*a]', 'fleet.yml:1: '],
  ])('%j is %s', (text, problem) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });
});

describe('a fleet document', () => {
  test.each(globSync('docs/examples/*-fleet.*'))('of the examples comes up whole: %s', async (file) => {
    const simulator = createSimulator({ seed: 1 });
    const document = parseFleetDocument(readFileSync(file, 'utf8'), file);
    expect(await applyFleet(simulator, document)).toEqual([]);
    const { views } = simulator.fleet;
    const running = views
      .tasks()
      .filter(({ lastStatus }) => lastStatus === 'RUNNING')
      .map(({ group }) => group);
    for (const { name, groups, services } of document.clusters) {
      const connected = views.containerInstances().filter((one) => one.cluster === name && one.agentConnected);
      expect(connected).toHaveLength(groups.reduce((sum, { desired }) => sum + desired, 0));
      for (const service of services.filter(({ schedulingStrategy }) => schedulingStrategy === 'REPLICA')) {
        expect(running.filter((group) => group === `service:${service.name}`)).toHaveLength(service.desiredCount);
      }
    }
  });

  test('says what every kind of field says', async () => {
    const simulator = createSimulator({ seed: 1 });
    const file = 'docs/examples/mixed-fleet.json';
    await applyFleet(simulator, parseFleetDocument(readFileSync(file, 'utf8'), file));
    expect(
      await simulator.call('autoscaling', 'DescribeLifecycleHooks', { AutoScalingGroupName: 'on-demand' }),
    ).toMatchObject({
      LifecycleHooks: [{ LifecycleHookName: 'ebbtide-terminate', HeartbeatTimeout: 900, DefaultResult: 'CONTINUE' }],
    });
    expect(await simulator.call('ecs', 'DescribeServices', { cluster: 'prod', services: ['stuck'] })).toMatchObject({
      services: [{ deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } }],
    });
    expect(await simulator.call('ecs', 'DescribeCapacityProviders')).toMatchObject({
      capacityProviders: [{ name: 'on-demand', autoScalingGroupProvider: { managedDraining: 'DISABLED' } }],
    });
    const imports = simulator.fleet.views.tasks().filter(({ group }) => group === 'family:import');
    expect(imports.map(({ protectedUntilMs }) => typeof protectedUntilMs)).toEqual(['number', 'number']);
  });

  test('names what has not come up', async () => {
    const simulator = createSimulator({ seed: 1 });
    const text = `clusters:
  - name: prod
    groups:
      - name: web
        desired: 2
        lifecycleHooks:
          - { name: admit, transition: 'autoscaling:EC2_INSTANCE_LAUNCHING', heartbeatTimeoutSeconds: 7200 }
    services:
      - { name: huge, memory: 100000, desiredCount: 3 }`;
    expect(await applyFleet(simulator, parseFleetDocument(text, 'fleet.yml'))).toContain(
      'cluster prod: 3 tasks do not run yet',
    );
  });
});
