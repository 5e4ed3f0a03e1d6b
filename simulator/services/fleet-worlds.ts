import type { AutoScalingWorld, GroupInstance } from './auto-scaling/state.ts';
import type { Ec2Instance, Ec2World } from './ec2/instances.ts';
import type { Agent } from './ecs/agent.ts';
import type { Cluster, ContainerInstance, EcsWorld } from './ecs/state.ts';
import type { Task } from './ecs/task-state.ts';
import { NotInFleet } from './fleet-errors.ts';

/** The three services' states. */
export interface FleetWorlds {
  readonly ecs: EcsWorld;
  readonly ec2: Ec2World;
  readonly autoScaling: AutoScalingWorld;
  /** Hosts that Systems Manager does not know. */
  readonly unmanagedHosts: Set<string>;
}

/** A story that names what does not exist is mistaken: better to stop it than to let it push at nothing. */
function known<Thing>(thing: Thing | undefined, kind: string, value: string): Thing {
  if (thing === undefined) throw new NotInFleet(kind, value);
  return thing;
}

export function clusterNamed({ ecs }: FleetWorlds, name: string): Cluster {
  return known(ecs.clusters.get(name), 'cluster', name);
}

export function agentOf({ ecs }: FleetWorlds, ec2InstanceId: string): Agent {
  return known(ecs.agents.get(ec2InstanceId), 'agent on', ec2InstanceId);
}

export function ec2InstanceOf({ ec2 }: FleetWorlds, ec2InstanceId: string): Ec2Instance {
  return known(ec2.instances.get(ec2InstanceId), 'EC2 instance', ec2InstanceId);
}

export function memberOf({ autoScaling }: FleetWorlds, ec2InstanceId: string): GroupInstance {
  return known(autoScaling.members.get(ec2InstanceId), 'Auto Scaling instance', ec2InstanceId);
}

/** The registration that the host's agent uses now. */
export function registrationOf(worlds: FleetWorlds, ec2InstanceId: string): ContainerInstance {
  return known(agentOf(worlds, ec2InstanceId).checkpoint, 'registration of', ec2InstanceId);
}

export function taskOf({ ecs }: FleetWorlds, taskArn: string): Task {
  for (const cluster of ecs.clusters.values()) {
    const task = cluster.tasks.get(taskArn);
    if (task !== undefined) return task;
  }
  throw new NotInFleet('task', taskArn);
}
