import type { Ec2World } from '../ec2/instances.ts';
import { later, tell } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { type Agent, loseConnection, startAgent } from './agent.ts';
import { deregister, setAgentConnected } from './container-instances.ts';
import { type ContainerInstance, type EcsWorld, now } from './state.ts';
import { forgetTask } from './task-changes.ts';
import type { Task } from './task-state.ts';

/** Lets the agents live and die with their EC2 instances. */
export function followHosts(world: EcsWorld, ec2: Ec2World): void {
  ec2.listeners.push((instance, previous) => {
    const agent = world.agents.get(instance.instanceId);
    if (agent === undefined || previous === undefined) return;
    switch (instance.state) {
      case 'running':
        // ModifyInstanceAttribute may have given it another one while it was stopped.
        agent.instanceType = instance.instanceType;
        return startAgent(world, agent);
      case 'stopping':
      case 'shutting-down':
        return hostGoesDown(world, agent);
      case 'stopped':
        return hostStopped(world, agent);
      case 'terminated':
        return hostTerminated(world, agent);
      case 'pending':
        return;
    }
  });
  ec2.rebootListeners.push(({ instanceId }) => {
    const agent = world.agents.get(instanceId);
    if (agent === undefined) return;
    hostGoesDown(world, agent);
    startAgent(world, agent);
  });
}

/** The host goes down, containers and all. ECS learns of it only by losing the agent. */
function hostGoesDown(world: EcsWorld, agent: Agent): void {
  agent.wasConnected = agent.state === 'connected';
  const instance = agent.checkpoint;
  agent.state = 'down';
  if (agent.cutOff === 'hung') agent.cutOff = undefined;
  agent.generation++;
  for (const task of agent.hosted) endUnseen(world, task);
  agent.hosted.clear();
  if (agent.wasConnected && instance !== undefined) {
    unlessBack(world, { agent, instance }, () => setAgentConnected(world, instance, false));
  }
}

/** What ECS does when it notices that the agent of a registration is gone, if it has not come back to that one by then. */
function unlessBack(
  world: EcsWorld,
  { agent, instance }: { readonly agent: Agent; readonly instance: ContainerInstance },
  run: () => void,
): void {
  later(world.context, TIMING.agentLossNoticed, () => {
    if (agent.state !== 'connected' || agent.checkpoint !== instance) run();
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
function hostStopped(world: EcsWorld, agent: Agent): void {
  const instance = agent.checkpoint;
  if (instance === undefined) return;
  unlessBack(world, { agent, instance }, () => {
    setAgentConnected(world, instance, false);
    forgetTasks(world, instance, `Host EC2 (instance ${agent.ec2InstanceId}) stopped.`);
  });
}

/**
 * After an EC2 termination: ECS deregisters the instance itself if its agent was connected; otherwise the registration
 * stays, ACTIVE and disconnected, until somebody deregisters it (DeregisterContainerInstance, API reference).
 */
function hostTerminated(world: EcsWorld, agent: Agent): void {
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

/** The host came up again with a new, empty disk: containers, checkpoint and all are gone, unless that lay on another one. */
export function wipeHost(
  world: EcsWorld,
  agent: Agent,
  { keepsAgentData }: { readonly keepsAgentData: boolean },
): void {
  loseConnection(world, agent);
  hostGoesDown(world, agent);
  if (!keepsAgentData) agent.checkpoint = undefined;
  startAgent(world, agent);
}
