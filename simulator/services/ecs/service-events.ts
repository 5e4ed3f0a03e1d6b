import { LIMITS } from '../fleet-timing.ts';
import { publishServiceAction } from './events.ts';
import type { PlacementAttempt } from './placement.ts';
import type { Lack } from './placement-rules.ts';
import type { EcsService } from './service-state.ts';
import { type EcsWorld, now } from './state.ts';

/** Adds to the service's event log, newest first; ECS keeps the latest 100 (service-event-messages). */
export function serviceEvent(world: EcsWorld, service: EcsService, text: string): void {
  service.events.unshift({
    id: world.context.random.uuid(),
    createdAtMs: now(world),
    message: `(service ${service.name}) ${text}`,
  });
  service.events.length = Math.min(service.events.length, LIMITS.serviceEvents);
}

const SEE_ALSO = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';

const LACKS: Readonly<Record<Lack, string>> = {
  CPU: 'has insufficient CPU units available',
  MEMORY: 'has insufficient memory available',
  PORTS: 'is already using a port required by your task',
  MEMBER_OF: 'encountered error "MemberOf placement constraint unsatisfied."',
  DISTINCT_INSTANCE: 'encountered error "DistinctInstance placement constraint unsatisfied."',
};

/** The same trouble is not told again before it is over, or six hours have passed (service-event-messages). */
function tellTrouble(world: EcsWorld, service: EcsService, text: string): void {
  const toldAtMs = service.toldTroubles.get(text);
  if (toldAtMs !== undefined && now(world) - toldAtMs < LIMITS.troubleRepeatedAfterMs) return;
  service.toldTroubles.set(text, now(world));
  serviceEvent(world, service, text);
}

/** The messages of service-event-messages-list for a task that cannot be placed. */
export function placementFailed(world: EcsWorld, service: EcsService, attempt: PlacementAttempt): void {
  if (attempt.placed) return;
  const { closest, lacking } = attempt;
  const { capacityProviderStrategy = [] } = service.settings;
  const where = capacityProviderStrategy.length > 0 ? 'capacity provider' : 'cluster';
  const reason =
    closest === undefined
      ? `Reason: No Container Instances were found in your ${where}.`
      : `The closest matching (container-instance ${closest.id}) ${LACKS[lacking]}.`;
  tellTrouble(
    world,
    service,
    `was unable to place a task because no container instance met all of its requirements. ${reason} ${SEE_ALSO}`,
  );
  publishServiceAction(world, service, {
    eventType: 'ERROR',
    eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
    reason: closest === undefined ? 'RESOURCE:*' : placementFailure(lacking),
  });
}

/** The failure reasons of RunTask and of the placement failure event (API failure reasons). */
export function placementFailure(lack: Lack): string {
  if (lack === 'MEMBER_OF') return 'MemberOf placement constraint unsatisfied.';
  if (lack === 'DISTINCT_INSTANCE') return 'DistinctInstance placement constraint unsatisfied.';
  return `RESOURCE:${lack}`;
}

/** The percentages leave the scheduler nothing to do. */
export function deploymentBlocked(world: EcsWorld, service: EcsService): void {
  tellTrouble(
    world,
    service,
    'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
  );
}

/** Says so once each time the service comes to rest; the first time completes its deployment. */
export function reportSteadyState(world: EcsWorld, service: EcsService, steady: boolean): void {
  if (steady && !service.deployment.isCompleted) {
    service.deployment.isCompleted = true;
    serviceEvent(world, service, `(deployment ${service.deployment.id}) deployment completed.`);
  }
  if (steady && !service.steady) {
    service.toldTroubles.clear();
    serviceEvent(world, service, 'has reached a steady state.');
    publishServiceAction(world, service, { eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE' });
  }
  service.steady = steady;
}
