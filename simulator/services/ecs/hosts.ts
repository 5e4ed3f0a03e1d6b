import type { Ec2World } from '../ec2/instances.ts';
import { hostGoesDown, hostStopped, hostTerminated, startAgent } from './agent.ts';
import type { EcsWorld } from './state.ts';

/** Lets the agents live and die with their EC2 instances. */
export function followHosts(world: EcsWorld, ec2: Ec2World): void {
  ec2.listeners.push((instance, previous) => {
    const agent = world.agents.get(instance.instanceId);
    if (agent === undefined || previous === undefined) return;
    switch (instance.state) {
      case 'running':
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
}
