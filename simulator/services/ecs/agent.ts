import { later, tell } from '../fleet-context.ts';
import { draw, LIMITS, TIMING } from '../fleet-timing.ts';
import { changed } from './container-instance-change.ts';
import { deregister, registerContainerInstance, setAgentConnected } from './container-instances.ts';
import { type Cluster, type ContainerInstance, type EcsWorld, now, type Resources, type Task } from './state.ts';
import { forgetTask, reconcile } from './tasks.ts';

/** The ECS agent of one host. Its checkpoint (`/var/lib/ecs/data`) outlives restarts and stops of the host. */
export interface Agent {
  readonly ec2InstanceId: string;
  readonly cluster: Cluster;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capacityProviderName: string | undefined;
  readonly agentVersion: string;
  /** `down`: not running, or refused by ECS. `parked`: waits in a warm pool, without registering. */
  state: 'down' | 'starting' | 'parked' | 'connected' | 'disconnected';
  /** With ECS_WARM_POOLS_CHECK the agent registers only once this is true. */
  mayRegister: boolean;
  /** Whether it was connected when its host last went down: decides whether ECS deregisters a terminated host. */
  wasConnected: boolean;
  /** The story keeps it from (re)connecting. */
  cutOff: boolean;
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
  | 'mayRegister'
>;

export function installAgent(world: EcsWorld, settings: AgentSettings): Agent {
  const agent: Agent = {
    ...settings,
    state: 'down',
    wasConnected: false,
    cutOff: false,
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
  agent.state = 'starting';
  agent.generation++;
  laterIfSame(world, agent, draw(world.context.random, TIMING.agentBoot), () => {
    if (agent.mayRegister) registerAndConnect(world, agent);
    else agent.state = 'parked';
  });
}

/** The instance leaves its warm pool: a parked agent goes on. */
export function allowRegistration(world: EcsWorld, agent: Agent): void {
  agent.mayRegister = true;
  if (agent.state === 'parked') registerAndConnect(world, agent);
}

function registerAndConnect(world: EcsWorld, agent: Agent): void {
  if (agent.checkpoint?.status === 'INACTIVE') {
    // The agent's source: an inactive checkpoint is refused, and the agent exits until its data directory is wiped.
    agent.state = 'down';
    tell(world.context, agent.ec2InstanceId, 'agent refused: its registration is inactive');
    return;
  }
  agent.checkpoint ??= registerContainerInstance(world, agent);
  agent.state = 'disconnected';
  connectSoon(world, agent);
}

function connectSoon(world: EcsWorld, agent: Agent): void {
  laterIfSame(world, agent, draw(world.context.random, TIMING.agentConnect), () => connectAgent(world, agent));
}

/** Connects now, unless it is cut off; then it takes up what it missed and reports what ECS missed. */
export function connectAgent(world: EcsWorld, agent: Agent): void {
  const instance = agent.checkpoint;
  if (agent.cutOff || agent.state !== 'disconnected' || instance === undefined || instance.status === 'INACTIVE')
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

function loseConnection(world: EcsWorld, agent: Agent): void {
  if (agent.state !== 'connected') return;
  agent.state = 'disconnected';
  agent.generation++;
  if (agent.checkpoint !== undefined) setAgentConnected(world, agent.checkpoint, false);
}

/** The agent is cut off from ECS until it is let back. Its tasks run on; nobody can stop them. */
export function cutOffAgent(world: EcsWorld, agent: Agent): void {
  agent.cutOff = true;
  loseConnection(world, agent);
}

export function letAgentBack(world: EcsWorld, agent: Agent): void {
  agent.cutOff = false;
  if (agent.state === 'disconnected') connectSoon(world, agent);
}

/**
 * The agent restarts with an empty data directory: it knows neither its registration nor its tasks, and registers a
 * second ARN for the same EC2 instance. The first stays, disconnected.
 */
export function loseDataDirectory(world: EcsWorld, agent: Agent): void {
  loseConnection(world, agent);
  agent.checkpoint = undefined;
  startAgent(world, agent);
}

/** The host came up again with a new, empty disk: containers, checkpoint and all are gone. */
export function wipeHost(world: EcsWorld, agent: Agent): void {
  loseConnection(world, agent);
  hostGoesDown(world, agent);
  agent.checkpoint = undefined;
  startAgent(world, agent);
}

/** A restart of the agent's process, as `systemctl restart ecs` does; containers run on. */
export function restartAgent(world: EcsWorld, agent: Agent): void {
  loseConnection(world, agent);
  agent.cutOff = false;
  startAgent(world, agent);
}

/** The host goes down, containers and all. ECS learns of it only by losing the agent. */
export function hostGoesDown(world: EcsWorld, agent: Agent): void {
  agent.wasConnected = agent.state === 'connected';
  const instance = agent.checkpoint;
  agent.state = 'down';
  agent.generation++;
  for (const task of agent.hosted) endUnseen(world, task);
  agent.hosted.clear();
  if (agent.wasConnected && instance !== undefined) {
    unlessBack(world, agent, () => setAgentConnected(world, instance, false));
  }
}

/** What ECS does when it notices that an agent is gone, if it is still gone by then. */
function unlessBack(world: EcsWorld, agent: Agent, run: () => void): void {
  later(world.context, TIMING.agentLossNoticed, () => {
    if (agent.state !== 'connected') run();
  });
}

/** The containers end with their host: nobody is left who could tell ECS. */
function endUnseen(world: EcsWorld, task: Task): void {
  const { host } = task;
  host.timer?.cancel();
  host.state = 'ended';
  host.end = 'host-gone';
  host.endedAtMs = now(world);
  tell(world.context, task.arn, 'containers ended', {
    end: 'host-gone',
    ec2InstanceId: task.containerInstance.ec2InstanceId,
  });
}

/** After an EC2 stop: ECS notices that the agent is gone, and that its tasks went with the host. */
export function hostStopped(world: EcsWorld, agent: Agent): void {
  const instance = agent.checkpoint;
  if (instance === undefined) return;
  unlessBack(world, agent, () => {
    setAgentConnected(world, instance, false);
    forgetTasks(world, instance, `Host EC2 (instance ${agent.ec2InstanceId}) stopped.`);
  });
}

/**
 * After an EC2 termination: ECS deregisters the instance itself if its agent was connected; otherwise the registration
 * stays, ACTIVE and disconnected, until somebody deregisters it (DeregisterContainerInstance, API reference).
 */
export function hostTerminated(world: EcsWorld, agent: Agent): void {
  const instance = agent.checkpoint;
  const reason = `Host EC2 (instance ${agent.ec2InstanceId}) terminated.`;
  world.agents.delete(agent.ec2InstanceId);
  if (instance === undefined) return;
  if (agent.wasConnected) later(world.context, TIMING.autoDeregistration, () => deregister(world, instance, reason));
  else if (world.context.undocumented.ghostTasksAreStopped) forgetTasks(world, instance, reason);
}

function forgetTasks(world: EcsWorld, instance: ContainerInstance, reason: string): void {
  for (const task of [...instance.tasks]) forgetTask(world, task, reason);
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
