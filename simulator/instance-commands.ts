import type { Fleet } from './fleet.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { CommandRunner } from './services/ssm/commands.ts';

const RESTART_DURATION_MS = 3_000;

/**
 * What the hosts of a fleet do with Run Command: a running EC2 instance has a working SSM agent, and
 * `systemctl restart ecs` restarts its ECS agent. Any other command succeeds without an effect on the fleet.
 */
export function createCommandRunner(kernel: Kernel, { world, views }: Pick<Fleet, 'world' | 'views'>): CommandRunner {
  return ({ instanceId, parameters }) => {
    const instance = views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === instanceId);
    if (instance?.state !== 'running') return { kind: 'unmanaged' };
    const isRestart = (parameters.commands ?? []).some((command) => /systemctl\s+restart\s+ecs\b/.test(command));
    if (isRestart) {
      kernel.clock.after(RESTART_DURATION_MS, () => {
        const isThere = views
          .ec2Instances()
          .some((host) => host.ec2InstanceId === instanceId && host.state === 'running');
        if (isThere) world.restartAgent(instanceId);
      });
    }
    return { kind: 'ran', exitCode: 0, durationMs: RESTART_DURATION_MS };
  };
}
