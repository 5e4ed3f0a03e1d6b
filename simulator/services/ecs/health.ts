import { publishHealth } from './events.ts';
import { type ContainerInstance, type EcsWorld, type HealthCheck, type HealthState, now } from './state.ts';

/** What the agent or ECS finds about an instance. */
export interface HealthReport {
  readonly type: 'AGENT_CONNECTIVITY' | 'CONTAINER_RUNTIME' | 'ACCELERATED_COMPUTE' | 'DAEMON';
  readonly status: HealthState;
  readonly reason?: string;
}

/** Agents older than 1.57.0 report no health (Monitor Amazon ECS container instance health). */
export function firstChecks(agentVersion: string, atMs: number): HealthCheck[] {
  const [major = 0, minor = 0] = agentVersion.split('.').map(Number);
  if (major === 1 && minor < 57) return [];
  return [{ type: 'AGENT_CONNECTIVITY', status: 'INITIALIZING', reason: '', changedAtMs: atMs }];
}

/** Sends an event where the status of the check changes. */
export function reportHealth(world: EcsWorld, instance: ContainerInstance, report: HealthReport): void {
  if (instance.checks.length === 0) return;
  const { type, status, reason = '' } = report;
  if (instance.checks.find((check) => check.type === type)?.status === status) return;
  const check = { type, status, reason, changedAtMs: now(world) };
  instance.checks = [...instance.checks.filter((other) => other.type !== type), check];
  publishHealth(world, instance);
}
