import { addGroup } from './auto-scaling/groups.ts';
import { type HookSettings, putHook } from './auto-scaling/hooks.ts';
import { setSize, terminateMember } from './auto-scaling/operations/capacity.ts';
import { reconcileSoon } from './auto-scaling/reconcile.ts';
import { replaceRootVolume } from './auto-scaling/root-volume.ts';
import type { AutoScalingGroup, GroupInstance, SuspendableProcess, WarmPool } from './auto-scaling/state.ts';
import { allowRegistration, installAgent } from './ecs/agent.ts';
import { addCapacityProvider, associate } from './ecs/capacity-providers.ts';
import { wipeHost } from './ecs/hosts.ts';
import { addCluster, type Cluster, type Resources } from './ecs/state.ts';
import { NotInFleet } from './fleet-errors.ts';
import { agentConfigurationOf } from './fleet-user-data.ts';
import { clusterNamed, type FleetWorlds, memberOf } from './fleet-worlds.ts';

export interface GroupOptions {
  readonly name: string;
  /** The cluster its agents register with; undefined: instances without an ECS agent. */
  readonly cluster?: string;
  readonly minSize?: number;
  readonly desired: number;
  readonly maxSize?: number;
  /** Default: zones a and b of the region. */
  readonly zones?: readonly string[];
  /** Default: m5.large with 2048 CPU units and 7680 MiB. */
  readonly instanceType?: { readonly name: string; readonly cpu: number; readonly memory: number };
  readonly spot?: boolean;
  readonly lifecycleHooks?: readonly HookSettings[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly warmPool?: WarmPool;
  /** InstanceLifecyclePolicy, TerminateHookAbandon; default terminate. */
  readonly retention?: 'retain' | 'terminate';
  readonly newInstancesProtected?: boolean;
  readonly healthCheckGracePeriodSeconds?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly agentVersion?: string;
  /** Whether what its agents know of themselves outlives a replaced root volume; default `root`: it does not. */
  readonly agentDataVolume?: 'root' | 'own';
  /** A capacity provider of this name over the group. */
  readonly capacityProvider?: { readonly name: string; readonly managedDraining: boolean };
}

export interface GroupHandle {
  createCluster(options: { readonly name: string; readonly tags?: Readonly<Record<string, string>> }): void;
  /** Creates the group; its instances boot and their agents register after seeded delays. */
  createAutoScalingGroup(options: GroupOptions): void;
  putLifecycleHook(group: string, hook: HookSettings): void;
  setDesiredCapacity(group: string, desired: number): void;
  /** Through the hooks, as TerminateInstanceInAutoScalingGroup. */
  terminateInstanceInGroup(ec2InstanceId: string, then?: 'shrink' | 'replace'): void;
  suspendProcesses(group: string, processes: readonly SuspendableProcess[]): void;
  resumeProcesses(group: string, processes: readonly SuspendableProcess[]): void;
  /** From now on the group's new instances run, but their agents never come up; or they do again. */
  breakNewAgents(group: string): void;
  repairNewAgents(group: string): void;
  /** Instance refresh with the ReplaceRootVolume strategy, for one instance. */
  replaceRootVolume(ec2InstanceId: string): void;
}

/** Hosts of one kind: what each launched instance's agent is like. */
interface HostTemplate {
  readonly cluster: Cluster;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly agentVersion: string;
  readonly capacityProviderName: string | undefined;
  readonly keepsAgentData: boolean;
}

interface Templates {
  readonly templates: ReadonlyMap<AutoScalingGroup, HostTemplate>;
  /** Groups whose new agents never come up. */
  readonly broken: ReadonlySet<AutoScalingGroup>;
}

const DEFAULT_TYPE = { name: 'm5.large', cpu: 2_048, memory: 7_680 } as const;
export const DEFAULT_AGENT_VERSION = '1.98.0';

export function createGroups(worlds: FleetWorlds): GroupHandle {
  const { ecs, autoScaling } = worlds;
  const templates = new Map<AutoScalingGroup, HostTemplate>();
  const broken = new Set<AutoScalingGroup>();
  followMembers(worlds, { templates, broken });
  const groupNamed = (name: string): AutoScalingGroup => {
    const group = autoScaling.groups.get(name);
    if (group === undefined) throw new NotInFleet('Auto Scaling group', name);
    return group;
  };
  return {
    createCluster: ({ name, tags }) => void addCluster(ecs, name, tags),
    createAutoScalingGroup: (options) => {
      const group = addGroupFor(worlds, options);
      if (options.cluster !== undefined) templates.set(group, templateOf(worlds, options, group));
      for (const hook of options.lifecycleHooks ?? []) putHook(group, hook);
      reconcileSoon(autoScaling, group);
    },
    putLifecycleHook: (name, hook) => void putHook(groupNamed(name), hook),
    setDesiredCapacity: (name, desired) => {
      setSize(groupNamed(name), { desired });
      reconcileSoon(autoScaling, groupNamed(name));
    },
    terminateInstanceInGroup: (id, then = 'replace') => terminateMember(autoScaling, memberOf(worlds, id), then),
    suspendProcesses: (name, processes) => {
      for (const process of processes) groupNamed(name).suspended.add(process);
    },
    resumeProcesses: (name, processes) => {
      for (const process of processes) groupNamed(name).suspended.delete(process);
      reconcileSoon(autoScaling, groupNamed(name));
    },
    breakNewAgents: (name) => void broken.add(groupNamed(name)),
    repairNewAgents: (name) => void broken.delete(groupNamed(name)),
    replaceRootVolume: (id) => replaceRootVolume(autoScaling, memberOf(worlds, id)),
  };
}

function addGroupFor({ autoScaling }: FleetWorlds, options: GroupOptions): AutoScalingGroup {
  const { region } = autoScaling.context.kernel.place;
  return addGroup(autoScaling, {
    ...options,
    desiredCapacity: options.desired,
    availabilityZones: options.zones ?? [`${region}a`, `${region}b`],
    instanceType: (options.instanceType ?? DEFAULT_TYPE).name,
    retainOnAbandon: options.retention === 'retain',
  });
}

function templateOf(worlds: FleetWorlds, options: GroupOptions, group: AutoScalingGroup): HostTemplate {
  const cluster = clusterNamed(worlds, options.cluster ?? 'default');
  const { cpu, memory } = options.instanceType ?? DEFAULT_TYPE;
  const provider = options.capacityProvider;
  if (provider !== undefined) {
    const { ecs } = worlds;
    addCapacityProvider(ecs, {
      name: provider.name,
      autoScalingGroupArn: group.arn,
      managedDraining: provider.managedDraining ? 'ENABLED' : 'DISABLED',
      managedScaling: { status: 'DISABLED' },
    });
    associate(ecs, cluster, provider.name);
  }
  return {
    cluster,
    resources: { cpu, memory },
    attributes: options.attributes ?? {},
    agentVersion: options.agentVersion ?? DEFAULT_AGENT_VERSION,
    capacityProviderName: provider?.name,
    keepsAgentData: options.agentDataVolume === 'own',
  };
}

/** Gives each launched instance its agent, and tells the agent when its instance leaves or enters a warm pool. */
function followMembers({ ecs, ec2, autoScaling }: FleetWorlds, { templates, broken }: Templates): void {
  const agentOf = (member: GroupInstance) => ecs.agents.get(member.instanceId);
  autoScaling.listeners.push({
    launched: (member) => {
      const template = templates.get(member.group);
      if (template === undefined) return;
      const { instanceId: ec2InstanceId, availabilityZone, instanceType } = member;
      installAgent(ecs, {
        ...template,
        ec2InstanceId,
        availabilityZone,
        instanceType,
        attributes: hostAttributes({ availabilityZone, instanceType, extra: template.attributes }),
        starts: !broken.has(member.group),
        mayRegister: member.state === 'Pending',
      });
    },
    stateChanged: (member) => {
      const agent = agentOf(member);
      if (agent === undefined) return;
      if (member.state === 'Pending') allowRegistration(ecs, agent);
      const configuration = agentConfigurationOf(ec2.instances.get(member.instanceId)?.userData);
      if (member.state === 'Warmed:Pending' && (configuration?.checksWarmPools ?? true)) agent.mayRegister = false;
    },
    rootVolumeReplaced: (member) => {
      const agent = agentOf(member);
      const keepsAgentData = templates.get(member.group)?.keepsAgentData ?? false;
      if (agent !== undefined) wipeHost(ecs, agent, { keepsAgentData });
    },
  });
}

/** The attributes that every agent on Linux registers (ecs-agent attributes, Attributes in the developer guide). */
export function hostAttributes(host: {
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly extra: Readonly<Record<string, string>>;
}): Record<string, string> {
  return {
    'ecs.availability-zone': host.availabilityZone,
    'ecs.instance-type': host.instanceType,
    'ecs.ami-id': 'ami-0c0ffee0c0ffee0c0',
    'ecs.os-type': 'linux',
    'ecs.cpu-architecture': 'x86_64',
    ...host.extra,
  };
}
