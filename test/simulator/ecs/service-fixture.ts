import { createConnectedFleet, type FleetFixture, MINUTE } from '../fleet-fixture.ts';

export interface ServiceShape {
  readonly status: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly deployments: { status: string; rolloutState?: string; runningCount: number; taskDefinition: string }[];
  readonly events: { message: string }[];
}

export function register(fleet: FleetFixture, family = 'web') {
  const containerDefinitions = [{ name: 'main', image: 'busybox', cpu: 256, memory: 512 }];
  fleet.call('ecs', 'RegisterTaskDefinition', { family, containerDefinitions });
}

export const request = { cluster: 'main', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 };

/** A service of two tasks that has come to rest. */
export async function withService(input: object = {}, group: object = {}) {
  const fleet = await createConnectedFleet(group);
  register(fleet);
  fleet.call('ecs', 'CreateService', { ...request, ...input });
  await fleet.runFor(5 * MINUTE);
  return fleet;
}

export function describeService(fleet: FleetFixture, name = 'web'): ServiceShape {
  const input = { cluster: 'main', services: [name] };
  const [service] = fleet.call<{ services: ServiceShape[] }>('ecs', 'DescribeServices', input).services;
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

export const update = (fleet: FleetFixture, input: object) =>
  fleet.call('ecs', 'UpdateService', { cluster: 'main', service: 'web', ...input });
export const messages = (fleet: FleetFixture) => describeService(fleet).events.map(({ message }) => message);
