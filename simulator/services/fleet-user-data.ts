import { isWarm } from './auto-scaling/warm-pool.ts';
import { INSTANCE_TYPES } from './ec2/instance-types.ts';
import type { Ec2Instance } from './ec2/instances.ts';
import { installAgent, startAgent } from './ecs/agent.ts';
import { tell } from './fleet-context.ts';
import { DEFAULT_AGENT_VERSION, hostAttributes } from './fleet-groups.ts';
import type { FleetWorlds } from './fleet-worlds.ts';

/** What the user data of a container instance say to its agent (Amazon ECS container agent configuration). */
export interface AgentConfiguration {
  /** ECS_CLUSTER */
  readonly cluster: string;
  /** ECS_WARM_POOLS_CHECK: it registers only after its instance has left the warm pool. */
  readonly checksWarmPools: boolean;
  /** ECS_INSTANCE_ATTRIBUTES */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Reads user data as scripts write them (`echo ECS_CLUSTER=prod >> /etc/ecs/ecs.config`), or Bottlerocket's settings.
 *
 * @param userData in Base64
 * @returns undefined for an instance without an ECS agent
 */
export function agentConfigurationOf(userData: string | undefined): AgentConfiguration | undefined {
  const text = Buffer.from(userData ?? '', 'base64').toString('utf8');
  const bottlerocket = /\[settings\.ecs\][^[]*?^\s*cluster\s*=\s*"([^"]+)"/ms.exec(text);
  const cluster = /\bECS_CLUSTER=["']?([\w-]+)/.exec(text)?.[1] ?? bottlerocket?.[1];
  if (cluster === undefined) return undefined;
  const checksWarmPools = /\bECS_WARM_POOLS_CHECK=["']?true\b/i.test(text);
  return { cluster, checksWarmPools, attributes: attributesIn(text) };
}

function attributesIn(text: string): Record<string, string> {
  const json = /\bECS_INSTANCE_ATTRIBUTES=["']?(\{[^}]*\})/.exec(text)?.[1]?.replaceAll('\\"', '"');
  try {
    return json === undefined ? {} : (JSON.parse(json) as Record<string, string>);
  } catch {
    // The agent reports what it cannot read in its log, and registers without.
    return {};
  }
}

/** Gives the instances that are launched by API the agents that their user data ask for, once they run. */
export function followUserData(worlds: FleetWorlds): void {
  const { ecs, ec2 } = worlds;
  ec2.listeners.push((instance) => {
    if (instance.state !== 'running' || ecs.agents.has(instance.instanceId)) return;
    const configuration = agentConfigurationOf(instance.userData);
    if (configuration !== undefined) bringUpAgent(worlds, instance, configuration);
  });
}

function bringUpAgent(
  { ecs, autoScaling }: FleetWorlds,
  { instanceId: ec2InstanceId, availabilityZone, instanceType }: Ec2Instance,
  configuration: AgentConfiguration,
): void {
  const cluster = ecs.clusters.get(configuration.cluster);
  if (cluster === undefined) {
    // The agent ends with an error of ECS, and does not come up again by itself.
    tell(ecs.context, ec2InstanceId, 'agent refused: it has no such cluster', { cluster: configuration.cluster });
    return;
  }
  const member = autoScaling.members.get(ec2InstanceId);
  const agent = installAgent(ecs, {
    ec2InstanceId,
    cluster,
    availabilityZone,
    instanceType,
    resources: resourcesOf(instanceType),
    attributes: hostAttributes({ availabilityZone, instanceType, extra: configuration.attributes }),
    capacityProviderName: providerOf(ecs, member?.group.arn),
    agentVersion: DEFAULT_AGENT_VERSION,
    starts: true,
    mayRegister: !configuration.checksWarmPools || member === undefined || !isWarm(member),
  });
  startAgent(ecs, agent);
}

/** What the agent offers of the host: all CPUs, and the memory that the operating system leaves. */
function resourcesOf(instanceType: string) {
  const { vCpus, memoryMiB } = INSTANCE_TYPES.get(instanceType) ?? { vCpus: 2, memoryMiB: 8_192 };
  return { cpu: vCpus * 1_024, memory: Math.floor((memoryMiB * 15) / 16) };
}

function providerOf({ capacityProviders }: FleetWorlds['ecs'], groupArn: string | undefined): string | undefined {
  if (groupArn === undefined) return undefined;
  return [...capacityProviders.values()].find(({ autoScalingGroupArn }) => autoScalingGroupArn === groupArn)?.name;
}
