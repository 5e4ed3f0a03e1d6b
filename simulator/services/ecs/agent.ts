import { tell } from '../fleet-context.ts';
import { draw, LIMITS, TIMING } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { registerContainerInstance, setAgentConnected } from './container-instances.ts';
import type { Cluster, ContainerInstance, EcsWorld, Resources } from './state.ts';
import { reconcile } from './task-host.ts';
import type { Task } from './task-state.ts';

/** The ECS agent of one host. Its checkpoint (`/var/lib/ecs/data`) outlives restarts and stops of the host. */
export interface Agent {
  readonly ec2InstanceId: string;
  cluster: Cluster;
  readonly availabilityZone: string;
  instanceType: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capacityProviderName: string | undefined;
  readonly agentVersion: string;
  /** `down`: not running, or refused by ECS. `parked`: has booted, but may not or cannot register yet. */
  state: 'down' | 'starting' | 'parked' | 'connected' | 'disconnected';
  /** False: the image is broken, and the agent never comes up. */
  readonly starts: boolean;
  /** With ECS_WARM_POOLS_CHECK the agent registers only once this is true. */
  mayRegister: boolean;
  /** Whether it was connected when its host last went down: decides whether ECS deregisters a terminated host. */
  wasConnected: boolean;
  /** Why it cannot reach ECS: a restart cures an agent that hangs, but not the network of its host. */
  cutOff: 'hung' | 'unreachable' | undefined;
  checkpoint: ContainerInstance | undefined;
  /** Tasks whose containers are on this host, orphans of lost registrations included. */
  readonly hosted: Set<Task>;
  /** Counts starts, stops and connections, so that a timer of an earlier one knows that it is out of date. */
  generation: number;
}

export type AgentSettings = Pick<
  Agent,
  | 'ec2InstanceId'
  | 'cluster'
  | 'availabilityZone'
  | 'instanceType'
  | 'resources'
  | 'attributes'
  | 'capacityProviderName'
  | 'agentVersion'
  | 'starts'
  | 'mayRegister'
>;

export function installAgent(world: EcsWorld, settings: AgentSettings): Agent {
  const agent: Agent = {
    ...settings,
    state: 'down',
    wasConnected: false,
    cutOff: undefined,
    checkpoint: undefined,
    hosted: new Set(),
    generation: 0,
  };
  world.agents.set(agent.ec2InstanceId, agent);
  return agent;
}

/** Runs `run` later, unless the agent has been stopped, started or (dis)connected meanwhile. */
function laterIfSame(world: EcsWorld, agent: Agent, delayMs: number, run: () => void): void {
  const { generation } = agent;
  world.context.kernel.clock.after(delayMs, () => {
    if (agent.generation === generation) run();
  });
}

/** The host is up: the agent boots, registers (or takes up its checkpoint) and connects. */
export function startAgent(world: EcsWorld, agent: Agent): void {
  if (!agent.starts) return;
  agent.state = 'starting';
  agent.generation++;
  laterIfSame(world, agent, draw(world.context.random, TIMING.agentBoot), () => {
    agent.state = 'parked';
    if (agent.mayRegister) registerAndConnect(world, agent);
  });
}

/** The instance leaves its warm pool: a parked agent goes on. */
export function allowRegistration(world: EcsWorld, agent: Agent): void {
  agent.mayRegister = true;
  if (agent.state === 'parked') registerAndConnect(world, agent);
}

function isCutOff(world: EcsWorld, agent: Agent): boolean {
  return agent.cutOff !== undefined || world.lostZones.has(agent.availabilityZone);
}

function registerAndConnect(world: EcsWorld, agent: Agent): void {
  if (isCutOff(world, agent)) return;
  if (agent.checkpoint?.status === 'INACTIVE') {
    // The agent's source: an inactive checkpoint is refused, and the agent exits until its data directory is wiped.
    agent.state = 'down';
    tell(world.context, agent.ec2InstanceId, 'agent refused: its registration is inactive');
    return;
  }
  if (agent.checkpoint !== undefined && agent.checkpoint.instanceType !== agent.instanceType) {
    // The agent's source: ECS refuses to change the type of a registration, and the agent exits for good.
    agent.state = 'down';
    tell(world.context, agent.ec2InstanceId, 'agent refused: its instance type has changed');
    return;
  }
  if (agent.checkpoint === undefined && !findItsCluster(world, agent)) return;
  agent.checkpoint ??= registerContainerInstance(world, agent);
  agent.state = 'disconnected';
  connectSoon(world, agent);
}

/** A cluster that has been deleted takes no registration; the agent tries again until there is one of the name. */
function findItsCluster(world: EcsWorld, agent: Agent): boolean {
  const cluster = world.clusters.get(agent.cluster.name);
  if (cluster !== undefined) agent.cluster = cluster;
  else tell(world.context, agent.ec2InstanceId, 'agent refused: its cluster is inactive');
  return cluster !== undefined;
}

/** The cluster has been created (again): agents that were waiting for it register. */
export function wakeAgentsOf(world: EcsWorld, clusterName: string): void {
  for (const agent of world.agents.values()) {
    if (agent.cluster.name === clusterName && agent.state === 'parked') resume(world, agent);
  }
}

function connectSoon(world: EcsWorld, agent: Agent): void {
  laterIfSame(world, agent, draw(world.context.random, TIMING.agentConnect), () => connectAgent(world, agent));
}

/** Connects now, unless it is cut off; then it takes up what it missed and reports what ECS missed. */
export function connectAgent(world: EcsWorld, agent: Agent): void {
  const instance = agent.checkpoint;
  if (
    isCutOff(world, agent) ||
    agent.state !== 'disconnected' ||
    instance === undefined ||
    instance.status === 'INACTIVE'
  )
    return;
  agent.state = 'connected';
  agent.generation++;
  setAgentConnected(world, instance, true);
  for (const task of [...instance.tasks]) reconcile(world, task);
  if (world.agentConnectionsEnd) endConnectionLater(world, agent);
}

function endConnectionLater(world: EcsWorld, agent: Agent): void {
  const lifeMs = LIMITS.agentConnectionMs + world.context.random.integer(0, LIMITS.agentConnectionJitterMs);
  laterIfSame(world, agent, lifeMs, () => {
    loseConnection(world, agent);
    laterIfSame(world, agent, draw(world.context.random, TIMING.agentReconnect), () => connectAgent(world, agent));
  });
}

/** The connection ends; the agent itself lives on. */
export function loseConnection(world: EcsWorld, agent: Agent): void {
  if (agent.state !== 'connected') return;
  agent.state = 'disconnected';
  agent.generation++;
  if (agent.checkpoint !== undefined) setAgentConnected(world, agent.checkpoint, false);
}

/** The agent is cut off from ECS until it is let back. Its tasks run on; nobody can stop them. */
export function cutOffAgent(world: EcsWorld, agent: Agent, cause: 'hung' | 'unreachable'): void {
  agent.cutOff = cause;
  loseConnection(world, agent);
}

export function letAgentBack(world: EcsWorld, agent: Agent): void {
  agent.cutOff = undefined;
  resume(world, agent);
}

function resume(world: EcsWorld, agent: Agent): void {
  if (agent.state === 'disconnected') connectSoon(world, agent);
  else if (agent.state === 'parked' && agent.mayRegister) registerAndConnect(world, agent);
}

/** No agent of the zone reaches ECS, instances that are launched there included, until `restoreZone`. */
export function loseZone(world: EcsWorld, zone: string): Agent[] {
  world.lostZones.add(zone);
  const agents = [...world.agents.values()].filter((agent) => agent.availabilityZone === zone);
  for (const agent of agents) loseConnection(world, agent);
  return agents;
}

export function restoreZone(world: EcsWorld, zone: string): void {
  world.lostZones.delete(zone);
  for (const agent of world.agents.values()) if (agent.availabilityZone === zone) resume(world, agent);
}

/**
 * The agent restarts with an empty data directory: it knows neither its registration nor its tasks, and registers a
 * second ARN for the same EC2 instance. The first stays, disconnected.
 */
export function loseDataDirectory(world: EcsWorld, agent: Agent, cluster = agent.cluster): void {
  loseConnection(world, agent);
  agent.cluster = cluster;
  agent.checkpoint = undefined;
  startAgent(world, agent);
}

/** A restart of the agent's process, as `systemctl restart ecs` does; containers run on. */
export function restartAgent(world: EcsWorld, agent: Agent): void {
  loseConnection(world, agent);
  if (agent.cutOff === 'hung') agent.cutOff = undefined;
  startAgent(world, agent);
}

/** The version that UpdateContainerAgent brings. */
export const LATEST_AGENT_VERSION = '1.99.1';

/** Updates the agent of a connected instance; false when it is the latest already. */
export function updateAgent(world: EcsWorld, instance: ContainerInstance): boolean {
  const agent = world.agents.get(instance.ec2InstanceId);
  if (instance.agentVersion === LATEST_AGENT_VERSION || agent === undefined) return false;
  instance.agentUpdateStatus = 'PENDING';
  changed(world, instance);
  laterIfSame(world, agent, draw(world.context.random, TIMING.agentUpdate), () => {
    instance.agentUpdateStatus = 'UPDATED';
    instance.agentVersion = LATEST_AGENT_VERSION;
    loseConnection(world, agent);
    connectSoon(world, agent);
  });
  return true;
}
