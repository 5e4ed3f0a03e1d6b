import { restartAgent } from './ecs/agent.ts';
import type { FleetWorlds } from './fleet-worlds.ts';
import type { CommandRunner } from './ssm/commands.ts';
import type { ManagedInstance } from './ssm/managed-instances.ts';

const RESTART_MS = 2_500;
const OTHER_MS = 300;

/**
 * What a host does with a command of Systems Manager. Of shell commands it understands `systemctl restart ecs`; others
 * end well and change nothing that the fleet knows of.
 */
export function createCommandRunner({ ecs, ec2, unmanagedHosts }: FleetWorlds): CommandRunner {
  return ({ instanceId, parameters }) => {
    const agent = ecs.agents.get(instanceId);
    const host = ec2.instances.get(instanceId);
    const isUp = host === undefined ? agent !== undefined : host.state === 'running';
    if (!isUp || unmanagedHosts.has(instanceId)) return { kind: 'unmanaged' };
    const isUnreachable = agent !== undefined && ecs.lostZones.has(agent.availabilityZone);
    if (isUnreachable || agent?.cutOff === 'unreachable') return { kind: 'undelivered' };
    const restarts = (parameters.commands ?? []).some((command) => /systemctl\s+restart\s+ecs\b/.test(command));
    if (!restarts) return { kind: 'ran', exitCode: 0, durationMs: OTHER_MS };
    if (agent === undefined) {
      return {
        kind: 'ran',
        exitCode: 5,
        durationMs: OTHER_MS,
        output: 'Failed to restart ecs.service: Unit not found.',
      };
    }
    ecs.context.kernel.clock.after(RESTART_MS, () => restartAgent(ecs, agent));
    return { kind: 'ran', exitCode: 0, durationMs: RESTART_MS };
  };
}

/** EC2 instances, stopped ones included, and hosts outside of EC2, in that order. */
export function listManagedInstances({ ecs, ec2, unmanagedHosts }: FleetWorlds): readonly ManagedInstance[] {
  const isReachable = (id: string) => {
    const agent = ecs.agents.get(id);
    return agent === undefined || !(agent.cutOff === 'unreachable' || ecs.lostZones.has(agent.availabilityZone));
  };
  const hosts = [...ec2.instances.values()]
    .filter(({ state }) => state === 'running' || state === 'stopping' || state === 'stopped')
    .map(({ instanceId, state, privateIp }) => ({
      instanceId,
      isOnline: state === 'running' && isReachable(instanceId),
      ipAddress: privateIp,
    }));
  const others = [...ecs.agents.keys()]
    .filter((id) => !ec2.instances.has(id))
    .map((instanceId) => ({ instanceId, isOnline: isReachable(instanceId) }));
  return [...hosts, ...others].filter(({ instanceId }) => !unmanagedHosts.has(instanceId));
}
