import { publishContainerInstance } from './events.ts';
import { type ContainerInstance, type EcsWorld, now } from './state.ts';

/** Counts a change of the container instance and sends its event. */
export function changed(world: EcsWorld, instance: ContainerInstance): void {
  changedSilently(world, instance);
  publishContainerInstance(world, instance);
}

/** Counts a change that AWS sends no event for. */
export function changedSilently(world: EcsWorld, instance: ContainerInstance): void {
  instance.version++;
  instance.updatedAtMs = now(world);
}
