import { markUnhealthy } from './auto-scaling/reconcile.ts';
import { launchInstance, startInstance, stopInstance, terminateInstance, transitionReason } from './ec2/instances.ts';
import { interruptSpot, recommendRebalance, type SpotAction } from './ec2/interruptions.ts';
import { callOffRetirement, putOffRetirement, scheduleRetirement } from './ec2/scheduled-events.ts';
import {
  cutOffAgent,
  installAgent,
  letAgentBack,
  loseDataDirectory,
  loseZone,
  restartAgent,
  restoreZone,
  startAgent,
} from './ecs/agent.ts';
import { addCapacityProvider } from './ecs/capacity-providers.ts';
import { type HealthReport, reportHealth } from './ecs/health.ts';
import { tell } from './fleet-context.ts';
import { NotPossible } from './fleet-errors.ts';
import { DEFAULT_AGENT_VERSION, hostAttributes } from './fleet-groups.ts';
import { agentOf, clusterNamed, ec2InstanceOf, type FleetWorlds, registrationOf } from './fleet-worlds.ts';

export interface ExternalOptions {
  readonly cluster: string;
  readonly cpu?: number;
  readonly memory?: number;
}

export interface ManagedOptions extends ExternalOptions {
  readonly capacityProvider: string;
}

export interface HostHandle {
  /**
   * Cuts the agent off from ECS, for good or for a while; its tasks run on.
   * @param options `cause`: a restart cures an agent that is `hung` (default), but not a host that is `unreachable`
   */
  disconnectAgent(
    ec2InstanceId: string,
    options?: { readonly forMs?: number; readonly cause?: 'hung' | 'unreachable' },
  ): void;
  reconnectAgent(ec2InstanceId: string): void;
  /** Disconnects and reconnects it `times` times. */
  flapAgent(
    ec2InstanceId: string,
    options: { readonly times: number; readonly downMs: number; readonly upMs: number },
  ): void;
  /** As `systemctl restart ecs`: cures an agent that was cut off. */
  restartAgent(ec2InstanceId: string): void;
  /** The host's SSM agent is not registered: commands do not reach it. */
  leaveSystemsManager(ec2InstanceId: string): void;
  /** The agent loses its data directory and registers a second ARN for the same EC2 instance. */
  reRegisterAgent(ec2InstanceId: string): void;
  /** The same with another cluster's name in its configuration: the EC2 instance is registered in both. */
  moveAgent(ec2InstanceId: string, cluster: string): void;
  /** As ModifyInstanceAttribute does on a stopped instance. */
  changeInstanceType(ec2InstanceId: string, instanceType: string): void;
  /** ECS finds something about the instance, whatever its agent's connection. */
  reportHealth(ec2InstanceId: string, report: HealthReport): void;
  stopInstance(ec2InstanceId: string): void;
  startInstance(ec2InstanceId: string): void;
  /** EC2's own TerminateInstances: behind the group's back, without its hooks. */
  terminateInstance(ec2InstanceId: string): void;
  /** The two-minute warning, and the reclaim that follows it. */
  interruptSpot(ec2InstanceId: string, options?: { readonly action?: SpotAction; readonly comesTrue?: boolean }): void;
  rebalanceRecommendation(ec2InstanceId: string): void;
  /** EC2 status checks fail; the group, if any, does not look at them unless told to. */
  impair(ec2InstanceId: string, check: 'instance' | 'system'): void;
  /** AWS Health announces the retirement of the host; DescribeInstanceStatus shows it too. */
  scheduleRetirement(ec2InstanceId: string, options: { readonly inMs: number }): void;
  putOffRetirement(ec2InstanceId: string, options: { readonly byMs: number }): void;
  callOffRetirement(ec2InstanceId: string): void;
  markUnhealthy(ec2InstanceId: string): void;
  /** All agents of the zone are cut off from ECS. @returns the EC2 instances concerned */
  loseZone(availabilityZone: string): readonly string[];
  restoreZone(availabilityZone: string): void;
  /** An ECS Anywhere instance. @returns its id, `mi-...` */
  registerExternalInstance(options: ExternalOptions): string;
  /** An instance of a Managed Instances capacity provider: EC2, but no Auto Scaling group. @returns its EC2 id */
  launchManagedInstance(options: ManagedOptions): string;
}

export function createHosts(worlds: FleetWorlds): HostHandle {
  const { ecs, ec2, autoScaling, unmanagedHosts } = worlds;
  const { clock } = ecs.context.kernel;
  const disconnect = (id: string, cause: 'hung' | 'unreachable' = 'hung') =>
    cutOffAgent(ecs, agentOf(worlds, id), cause);
  /** Later in a story the host may be gone: then there is nothing to let back. */
  const reconnect = (id: string) => {
    const agent = ecs.agents.get(id);
    if (agent !== undefined) letAgentBack(ecs, agent);
  };
  const flap: HostHandle['flapAgent'] = (id, { times, downMs, upMs }) => {
    if (times === 0 || !ecs.agents.has(id)) return;
    disconnect(id);
    clock.after(downMs, () => reconnect(id));
    clock.after(downMs + upMs, () => flap(id, { times: times - 1, downMs, upMs }));
  };
  return {
    disconnectAgent: (id, { forMs, cause } = {}) => {
      disconnect(id, cause);
      if (forMs !== undefined) clock.after(forMs, () => reconnect(id));
    },
    reconnectAgent: (id) => letAgentBack(ecs, agentOf(worlds, id)),
    flapAgent: flap,
    restartAgent: (id) => restartAgent(ecs, agentOf(worlds, id)),
    leaveSystemsManager: (id) => void unmanagedHosts.add(agentOf(worlds, id).ec2InstanceId),
    reRegisterAgent: (id) => loseDataDirectory(ecs, agentOf(worlds, id)),
    moveAgent: (id, cluster) => loseDataDirectory(ecs, agentOf(worlds, id), clusterNamed(worlds, cluster)),
    changeInstanceType: (id, instanceType) => {
      const instance = ec2InstanceOf(worlds, id);
      if (instance.state !== 'stopped')
        throw new NotPossible(`${id} is ${instance.state}; only a stopped instance can change its type`);
      instance.instanceType = instanceType;
      agentOf(worlds, id).instanceType = instanceType;
    },
    reportHealth: (id, report) => reportHealth(ecs, registrationOf(worlds, id), report),
    stopInstance: (id) => stopInstance(ec2, ec2InstanceOf(worlds, id), transitionReason(ec2, 'User initiated')),
    startInstance: (id) => startInstance(ec2, ec2InstanceOf(worlds, id)),
    terminateInstance: (id) =>
      terminateInstance(ec2, ec2InstanceOf(worlds, id), transitionReason(ec2, 'User initiated')),
    interruptSpot: (id, { action = 'terminate', comesTrue = true } = {}) =>
      interruptSpot(ec2, ec2InstanceOf(worlds, id), { action, comesTrue }),
    rebalanceRecommendation: (id) => recommendRebalance(ec2, ec2InstanceOf(worlds, id)),
    impair: (id, check) => {
      const instance = ec2InstanceOf(worlds, id);
      if (check === 'instance') instance.instanceStatus = 'impaired';
      else instance.systemStatus = 'impaired';
      instance.impairedSinceMs = clock.now();
      tell(ec2.context, id, `${check} status check impaired`, { ec2InstanceId: id });
    },
    scheduleRetirement: (id, { inMs }) => scheduleRetirement(ec2, ec2InstanceOf(worlds, id), inMs),
    putOffRetirement: (id, { byMs }) => putOffRetirement(ec2, ec2InstanceOf(worlds, id), byMs),
    callOffRetirement: (id) => callOffRetirement(ec2, ec2InstanceOf(worlds, id)),
    markUnhealthy: (id) => {
      const member = autoScaling.members.get(id);
      if (member !== undefined) markUnhealthy(autoScaling, member, 'a health check');
    },
    loseZone: (zone) => loseZone(ecs, zone).map((agent) => agent.ec2InstanceId),
    restoreZone: (zone) => restoreZone(ecs, zone),
    registerExternalInstance: (options) => {
      const id = `mi-0${ecs.context.random.hex(16)}`;
      addHost(worlds, { ...options, id, zone: 'external', attributes: { 'ecs.capability.external': '' } });
      const agent = agentOf(worlds, id);
      startAgent(ecs, agent);
      return id;
    },
    launchManagedInstance: (options) => {
      const zone = `${ecs.context.kernel.place.region}a`;
      const { instanceId: id } = launchInstance(ec2, {
        instanceType: 'm5.large',
        availabilityZone: zone,
        operator: 'ecs.amazonaws.com',
      });
      addManagedProvider(worlds, options);
      addHost(worlds, { ...options, id, zone, attributes: {} });
      return id;
    },
  };
}

interface HostOptions extends ExternalOptions {
  readonly id: string;
  readonly zone: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capacityProvider?: string;
}

function addHost(worlds: FleetWorlds, options: HostOptions): void {
  installAgent(worlds.ecs, {
    ec2InstanceId: options.id,
    cluster: clusterNamed(worlds, options.cluster),
    availabilityZone: options.zone,
    instanceType: 'm5.large',
    resources: { cpu: options.cpu ?? 2_048, memory: options.memory ?? 7_680 },
    attributes:
      options.zone === 'external'
        ? { ...options.attributes, 'ecs.os-type': 'linux', 'ecs.cpu-architecture': 'x86_64' }
        : hostAttributes({ availabilityZone: options.zone, instanceType: 'm5.large', extra: options.attributes }),
    agentVersion: DEFAULT_AGENT_VERSION,
    capacityProviderName: options.capacityProvider,
    starts: true,
    mayRegister: true,
  });
}

/** A capacity provider of type MANAGED_INSTANCES: ECS itself repairs and drains its instances. */
function addManagedProvider({ ecs }: FleetWorlds, { capacityProvider: name, cluster }: ManagedOptions): void {
  ecs.clusters.get(cluster)?.capacityProviders.add(name);
  if (ecs.capacityProviders.has(name)) return;
  addCapacityProvider(ecs, {
    name,
    autoScalingGroupArn: undefined,
    managedDraining: 'DISABLED',
    managedScaling: { status: 'DISABLED' },
  });
}
