import { markUnhealthy } from './auto-scaling/reconcile.ts';
import { launchInstance, startInstance, stopInstance, terminateInstance, transitionReason } from './ec2/instances.ts';
import { cutOffAgent, installAgent, letAgentBack, loseDataDirectory, restartAgent, startAgent } from './ecs/agent.ts';
import { isoDate, tell } from './fleet-context.ts';
import { DEFAULT_AGENT_VERSION, hostAttributes } from './fleet-groups.ts';
import { LIMITS } from './fleet-timing.ts';
import { agentOf, clusterNamed, ec2InstanceOf, type FleetWorlds } from './fleet-worlds.ts';

export interface ExternalOptions {
  readonly cluster: string;
  readonly cpu?: number;
  readonly memory?: number;
}

export interface HostHandle {
  /** Cuts the agent off from ECS, for good or for a while; its tasks run on. */
  disconnectAgent(ec2InstanceId: string, options?: { readonly forMs?: number }): void;
  reconnectAgent(ec2InstanceId: string): void;
  /** Disconnects and reconnects it `times` times. */
  flapAgent(
    ec2InstanceId: string,
    options: { readonly times: number; readonly downMs: number; readonly upMs: number },
  ): void;
  /** As `systemctl restart ecs`: cures an agent that was cut off. */
  restartAgent(ec2InstanceId: string): void;
  /** The agent loses its data directory and registers a second ARN for the same EC2 instance. */
  reRegisterAgent(ec2InstanceId: string): void;
  stopInstance(ec2InstanceId: string): void;
  startInstance(ec2InstanceId: string): void;
  /** EC2's own TerminateInstances: behind the group's back, without its hooks. */
  terminateInstance(ec2InstanceId: string): void;
  /** The two-minute warning, and the reclaim that follows it. */
  interruptSpot(ec2InstanceId: string, options?: { readonly action?: 'terminate' | 'stop' | 'hibernate' }): void;
  rebalanceRecommendation(ec2InstanceId: string): void;
  /** EC2 status checks fail; the group, if any, does not look at them unless told to. */
  impair(ec2InstanceId: string, check: 'instance' | 'system'): void;
  /** AWS Health announces the retirement of the host; DescribeInstanceStatus shows it too. */
  scheduleRetirement(ec2InstanceId: string, options: { readonly inMs: number }): void;
  markUnhealthy(ec2InstanceId: string): void;
  /** All agents of the zone are cut off from ECS. @returns the EC2 instances concerned */
  loseZone(availabilityZone: string): readonly string[];
  restoreZone(availabilityZone: string): void;
  /** An ECS Anywhere instance. @returns its id, `mi-...` */
  registerExternalInstance(options: ExternalOptions): string;
  /** An instance of a Managed Instances capacity provider: EC2, but no Auto Scaling group. @returns its EC2 id */
  launchManagedInstance(options: ExternalOptions & { readonly capacityProvider: string }): string;
}

export function createHosts(worlds: FleetWorlds): HostHandle {
  const { ecs, ec2, autoScaling } = worlds;
  const { clock } = ecs.context.kernel;
  const disconnect = (id: string) => cutOffAgent(ecs, agentOf(worlds, id));
  /** Later in a story the host may be gone: then there is nothing to let back. */
  const reconnect = (id: string) => {
    const agent = ecs.agents.get(id);
    if (agent !== undefined) letAgentBack(ecs, agent);
  };
  const agentsIn = (zone: string) => [...ecs.agents.values()].filter((agent) => agent.availabilityZone === zone);
  const flap: HostHandle['flapAgent'] = (id, { times, downMs, upMs }) => {
    if (times === 0 || !ecs.agents.has(id)) return;
    disconnect(id);
    clock.after(downMs, () => reconnect(id));
    clock.after(downMs + upMs, () => flap(id, { times: times - 1, downMs, upMs }));
  };
  return {
    disconnectAgent: (id, { forMs } = {}) => {
      disconnect(id);
      if (forMs !== undefined) clock.after(forMs, () => reconnect(id));
    },
    reconnectAgent: (id) => letAgentBack(ecs, agentOf(worlds, id)),
    flapAgent: flap,
    restartAgent: (id) => restartAgent(ecs, agentOf(worlds, id)),
    reRegisterAgent: (id) => loseDataDirectory(ecs, agentOf(worlds, id)),
    stopInstance: (id) => stopInstance(ec2, ec2InstanceOf(worlds, id), transitionReason(ec2, 'User initiated')),
    startInstance: (id) => startInstance(ec2, ec2InstanceOf(worlds, id)),
    terminateInstance: (id) =>
      terminateInstance(ec2, ec2InstanceOf(worlds, id), transitionReason(ec2, 'User initiated')),
    interruptSpot: (id, { action = 'terminate' } = {}) => interruptSpot(worlds, id, action),
    rebalanceRecommendation: (id) =>
      ec2.context.publish({
        source: 'aws.ec2',
        'detail-type': 'EC2 Instance Rebalance Recommendation',
        resources: [zonalArn(worlds, id)],
        detail: { 'instance-id': id },
      }),
    impair: (id, check) => {
      const instance = ec2InstanceOf(worlds, id);
      if (check === 'instance') instance.instanceStatus = 'impaired';
      else instance.systemStatus = 'impaired';
      instance.impairedSinceMs = clock.now();
      tell(ec2.context, id, `${check} status check impaired`, { ec2InstanceId: id });
    },
    scheduleRetirement: (id, { inMs }) => scheduleRetirement(worlds, id, inMs),
    markUnhealthy: (id) => {
      const member = autoScaling.members.get(id);
      if (member !== undefined) markUnhealthy(autoScaling, member, 'a health check');
    },
    loseZone: (zone) => {
      const agents = agentsIn(zone);
      for (const agent of agents) cutOffAgent(ecs, agent);
      return agents.map((agent) => agent.ec2InstanceId);
    },
    restoreZone: (zone) => {
      for (const agent of agentsIn(zone)) letAgentBack(ecs, agent);
    },
    registerExternalInstance: (options) => {
      const id = `mi-0${ecs.context.random.hex(16)}`;
      addHost(worlds, { ...options, id, zone: 'external', attributes: { 'ecs.capability.external': '' } });
      const agent = agentOf(worlds, id);
      startAgent(ecs, agent);
      return id;
    },
    launchManagedInstance: (options) => {
      const zone = `${ecs.context.kernel.place.region}a`;
      const { instanceId: id } = launchInstance(ec2, { instanceType: 'm5.large', availabilityZone: zone });
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
    mayRegister: true,
  });
}

/** Spot events name the instance by zone and without an account (EC2 guide, Spot Instance interruption notices). */
function zonalArn(worlds: FleetWorlds, id: string): string {
  return `arn:aws:ec2:${ec2InstanceOf(worlds, id).availabilityZone}:instance/${id}`;
}

function interruptSpot(worlds: FleetWorlds, id: string, action: 'terminate' | 'stop' | 'hibernate'): void {
  const { ec2 } = worlds;
  const instance = ec2InstanceOf(worlds, id);
  tell(ec2.context, id, 'spot interruption', { ec2InstanceId: id, action });
  ec2.context.publish({
    source: 'aws.ec2',
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    resources: [zonalArn(worlds, id)],
    detail: { 'instance-id': id, 'instance-action': action },
  });
  ec2.context.kernel.clock.after(LIMITS.spotNoticeMs, () => {
    if (action === 'terminate') terminateInstance(ec2, instance, 'Server.SpotInstanceTermination');
    else stopInstance(ec2, instance, 'Server.SpotInstanceShutdown');
  });
}

/** AWS Health, EC2 scheduled changes (Health user guide, EventBridge schema); times are in RFC 1123. */
function scheduleRetirement(worlds: FleetWorlds, id: string, inMs: number): void {
  const { ec2 } = worlds;
  const { random, kernel } = ec2.context;
  const instance = ec2InstanceOf(worlds, id);
  const notBeforeMs = kernel.clock.now() + inMs;
  const description = 'The instance is running on degraded hardware';
  instance.scheduledEvents.push({
    id: `instance-event-0${random.hex(16)}`,
    code: 'instance-retirement',
    description,
    notBeforeMs,
  });
  const { region, accountId } = kernel.place;
  const type = 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED';
  ec2.context.publish({
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    resources: [id],
    detail: {
      eventArn: `arn:aws:health:${region}::event/EC2/${type}/${type}_${random.uuid()}`,
      service: 'EC2',
      eventTypeCode: type,
      eventTypeCategory: 'scheduledChange',
      eventScopeCode: 'ACCOUNT_SPECIFIC',
      communicationId: random.hex(40),
      startTime: new Date(notBeforeMs).toUTCString(),
      lastUpdatedTime: new Date(kernel.clock.now()).toUTCString(),
      statusCode: 'upcoming',
      eventRegion: region,
      eventDescription: [{ language: 'en_US', latestDescription: description }],
      affectedEntities: [{ entityValue: id, status: 'PENDING' }],
      affectedAccount: accountId,
      page: '1',
      totalPages: '1',
      backupEvent: 'false',
    },
  });
  tell(ec2.context, id, 'retirement scheduled', { ec2InstanceId: id, notBefore: isoDate(notBeforeMs) });
  kernel.clock.at(notBeforeMs, () => terminateInstance(ec2, instance, 'Server.ScheduledRetirement'));
}
