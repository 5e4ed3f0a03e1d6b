import type { Random } from '../kernel/random.ts';

/** A duration that the seed draws: half of the draws lie below `medianMs`, one in a hundred above `p99Ms`. */
export interface Duration {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** A duration with what it is the duration of, for the table in docs/simulator.md. */
export interface NamedDuration extends Duration {
  readonly what: string;
}

/**
 * How long things take in the fleet where AWS publishes no number. The values are of the order that operators see;
 * what AWS does publish (hook limits, the 40 s of a healthy task, the hour of an INACTIVE instance) is in LIMITS.
 */
export const TIMING = {
  ec2Pending: { medianMs: 9_000, p99Ms: 40_000, what: 'EC2: from the launch or start call to `running`' },
  ec2Stopping: { medianMs: 25_000, p99Ms: 90_000, what: 'EC2: from the stop call to `stopped`' },
  ec2ShuttingDown: { medianMs: 30_000, p99Ms: 120_000, what: 'EC2: from the terminate call to `terminated`' },
  rootVolumeReplacement: { medianMs: 60_000, p99Ms: 180_000, what: 'EC2: the replacement of a root volume' },
  agentBoot: {
    medianMs: 40_000,
    p99Ms: 150_000,
    what: "From `running` to the agent's registration call: boot, Docker, agent; also a restart of the agent",
  },
  agentConnect: {
    medianMs: 900,
    p99Ms: 6_000,
    what: 'From the registration, or from being let back, to the connection',
  },
  agentReconnect: {
    medianMs: 1_500,
    p99Ms: 45_000,
    what: "Back-off after the normal end of a connection (250 ms to 2 min in the agent's source)",
  },
  agentLossNoticed: {
    medianMs: 100_000,
    p99Ms: 220_000,
    what: 'Until ECS sees that an agent is gone without a goodbye (heartbeat 1-2 min, read deadline 3 min), also when its host stops or terminates',
  },
  agentUpdate: { medianMs: 20_000, p99Ms: 60_000, what: 'UpdateContainerAgent: until the new version runs' },
  autoDeregistration: {
    medianMs: 15_000,
    p99Ms: 90_000,
    what: 'Until ECS deregisters an instance whose connected agent went away with a terminated EC2 instance',
  },
  clusterAttachments: {
    medianMs: 8_000,
    p99Ms: 40_000,
    what: 'Capacity providers being attached to a cluster or detached from it, and being deleted',
  },
  controlPlane: {
    medianMs: 250,
    p99Ms: 1_500,
    what: 'From ECS deciding to start or stop a task to the agent being told; the first step of a start and of a stop',
  },
  schedulerPass: {
    medianMs: 1_500,
    p99Ms: 8_000,
    what: 'From a cause (DRAINING set, a task changed, capacity appeared) to the pass of the service scheduler: when a drain begins to move tasks',
  },
  taskPull: { medianMs: 4_000, p99Ms: 25_000, what: 'Task start: the image is pulled, PENDING' },
  taskActivation: { medianMs: 800, p99Ms: 3_000, what: 'Task start: ACTIVATING, then RUNNING' },
  taskDeprovisioning: { medianMs: 700, p99Ms: 3_000, what: 'Task stop: DEPROVISIONING, then STOPPED' },
  groupStep: { medianMs: 700, p99Ms: 4_000, what: 'Auto Scaling: between the steps of an activity' },
  groupHealthCheck: {
    medianMs: 45_000,
    p99Ms: 120_000,
    what: 'Auto Scaling: until it notices that EC2 stopped or terminated one of its instances',
  },
} as const satisfies Record<string, NamedDuration>;

/** What AWS documents, in milliseconds unless the name says otherwise. */
export const LIMITS = {
  /** The agent's connection lives 30 min plus up to 5 min of jitter (agent source). */
  agentConnectionMs: 30 * 60_000,
  agentConnectionJitterMs: 5 * 60_000,
  /** A deregistered or terminated container instance stays describable for one hour (ContainerInstance, API reference). */
  inactiveDescribableMs: 60 * 60_000,
  /** "Recently stopped tasks might appear ... for at least one hour" (ListTasks, API reference). */
  stoppedTaskDescribableMs: 60 * 60_000,
  terminatedInstanceDescribableMs: 60 * 60_000,
  /** A task without load balancer or health check is healthy after 40 s RUNNING (container-instance-draining). */
  healthyAfterRunningMs: 40_000,
  stopTimeoutDefaultSeconds: 30,
  /** How long a client token of RunTask is remembered (Ensuring idempotency, API reference). */
  clientTokenMs: 24 * 60 * 60_000,
  serviceEvents: 100,
  /** "Duplicate event messages are omitted until either the cause is resolved or six hours passes" (service-event-messages). */
  troubleRepeatedAfterMs: 6 * 60 * 60_000,
  placementRetryMinMs: 15_000,
  placementRetryMaxMs: 15 * 60_000,
  hookHeartbeatDefaultSeconds: 3_600,
  /** A hook waits at most 48 h or 100 times its heartbeat timeout, whichever is smaller (PutLifecycleHook). */
  hookGlobalMaxSeconds: 172_800,
  hookGlobalHeartbeats: 100,
  spotNoticeMs: 120_000,
} as const;

export function draw(random: Random, duration: Duration): number {
  return random.latencyMs(duration.medianMs, duration.p99Ms);
}
