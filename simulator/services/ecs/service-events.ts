import { LIMITS } from '../fleet-timing.ts';
import { publishServiceAction } from './events.ts';
import type { PlacementAttempt } from './placement.ts';
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

/** The messages of service-event-messages-list for a task that cannot be placed. */
export function placementFailed(world: EcsWorld, service: EcsService, attempt: PlacementAttempt): void {
  if (attempt.placed) return;
  const { closest, lacking } = attempt;
  const lack = lacking === 'CPU' ? 'insufficient CPU units available' : 'insufficient memory available';
  const reason =
    closest === undefined
      ? 'Reason: No Container Instances were found in your cluster.'
      : `The closest matching (container-instance ${closest.id}) has ${lack}.`;
  serviceEvent(
    world,
    service,
    `was unable to place a task because no container instance met all of its requirements. ${reason} ${SEE_ALSO}`,
  );
  publishServiceAction(world, service, {
    eventType: 'ERROR',
    eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
    reason: closest === undefined ? 'RESOURCE:*' : `RESOURCE:${lacking}`,
  });
}

/** Says so once each time the service comes to rest. */
export function reportSteadyState(world: EcsWorld, service: EcsService, steady: boolean): void {
  if (steady && !service.steady) {
    serviceEvent(world, service, 'has reached a steady state.');
    publishServiceAction(world, service, { eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE' });
  }
  service.steady = steady;
}
