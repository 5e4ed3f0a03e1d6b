import { createFleet, type Fleet, type FleetOptions } from '../../simulator/fleet.ts';
import { createKernel, type Kernel } from '../../simulator/kernel/kernel.ts';
import type { GroupOptions } from '../../simulator/services/fleet-groups.ts';
import { AwsError } from '../../simulator/wire/aws-error.ts';
import type { BusEvent, Call } from '../../simulator/wire/service.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const CALL: Call = { caller: { kind: 'operator', name: 'test' }, requestId: 'test' };

/** A fleet under a virtual clock, its events, and its APIs as plain calls. */
export interface FleetFixture extends Fleet {
  readonly kernel: Kernel;
  readonly events: BusEvent[];
  /** Calls an operation; the answer has the operation's shape in the SDK. */
  call<Output = Record<string, unknown>>(service: string, operation: string, input?: object): Output;
  /** The code and message of the error that a call answers with. */
  errorOf(service: string, operation: string, input?: object): { code: string; message: string };
  runFor(ms: number): Promise<void>;
  /** Runs until the condition holds, looking every second; fails after `limitMs`. */
  runUntil(condition: () => boolean, limitMs?: number): Promise<void>;
}

export function createFixture(options: Partial<FleetOptions> & { seed?: number } = {}): FleetFixture {
  const kernel = createKernel({ seed: options.seed ?? 1 });
  const events: BusEvent[] = [];
  const fleet = createFleet(kernel, { agentConnectionsEnd: false, ...options, publish: (event) => events.push(event) });
  const call = <Output>(serviceName: string, operationName: string, input: object = {}): Output => {
    const operation = fleet.services.find(({ name }) => name === serviceName)?.operations[operationName];
    if (operation === undefined) throw new Error(`no operation ${serviceName}:${operationName}`);
    operation.authorize(input, CALL);
    return operation.run(input, CALL) as Output;
  };
  return {
    ...fleet,
    kernel,
    events,
    call,
    errorOf: (service, operation, input) => {
      try {
        call(service, operation, input);
      } catch (error) {
        if (error instanceof AwsError) return { code: error.code, message: error.message };
        throw error;
      }
      throw new Error(`${service}:${operation} did not fail`);
    },
    runFor: (ms) => kernel.clock.runFor(ms),
    runUntil: async (condition, limitMs = HOUR) => {
      const end = kernel.clock.now() + limitMs;
      while (!condition()) {
        if (kernel.clock.now() >= end) throw new Error('the condition did not come true in time');
        await kernel.clock.runFor(1_000);
      }
    },
  };
}

export const ZONES = ['eu-central-1a', 'eu-central-1b'] as const;

/** Cluster `main` with the group `nodes`, all of whose instances are registered and connected. */
export async function createConnectedFleet(
  group: Partial<GroupOptions> = {},
  options: Partial<FleetOptions> & { seed?: number } = {},
): Promise<FleetFixture> {
  const fleet = createFixture(options);
  fleet.world.createCluster({ name: 'main' });
  fleet.world.createAutoScalingGroup({ name: 'nodes', cluster: 'main', desired: 2, maxSize: 20, ...group });
  const wanted = group.desired ?? 2;
  await fleet.runUntil(() => {
    const connected = fleet.views.containerInstances().filter(({ agentConnected }) => agentConnected).length;
    const inService = fleet.views.groupInstances().filter((member) => member.lifecycleState === 'InService').length;
    return connected >= wanted && inService >= wanted;
  });
  return fleet;
}

/** The EC2 ids of the instances in service, oldest first. */
export function inService(fleet: FleetFixture): string[] {
  return fleet.views
    .groupInstances()
    .filter(({ lifecycleState }) => lifecycleState === 'InService')
    .map(({ ec2InstanceId }) => ec2InstanceId);
}

export function registrationsOf(fleet: FleetFixture, ec2InstanceId: string) {
  return fleet.views.containerInstances().filter((instance) => instance.ec2InstanceId === ec2InstanceId);
}

export function registrationOf(fleet: FleetFixture, ec2InstanceId: string) {
  const instance = registrationsOf(fleet, ec2InstanceId).at(-1);
  if (instance === undefined) throw new Error(`${ec2InstanceId} is not registered`);
  return instance;
}

export function tasksOn(fleet: FleetFixture, ec2InstanceId: string) {
  return fleet.views.tasks().filter((task) => task.ec2InstanceId === ec2InstanceId);
}

export function drain(fleet: FleetFixture, ...ec2InstanceIds: string[]): void {
  const containerInstances = ec2InstanceIds.map((id) => registrationOf(fleet, id).arn);
  fleet.call('ecs', 'UpdateContainerInstancesState', { cluster: 'main', containerInstances, status: 'DRAINING' });
}

export function lifecycleStateOf(fleet: FleetFixture, ec2InstanceId: string): string | undefined {
  return fleet.views.groupInstances().find((member) => member.ec2InstanceId === ec2InstanceId)?.lifecycleState;
}

export function eventsOf(fleet: FleetFixture, detailType: string): BusEvent[] {
  return fleet.events.filter((event) => event['detail-type'] === detailType);
}
