import { NotInFleet } from '../../simulator/services/fleet-errors.ts';
import { pickInstance, type Scene } from './scene.ts';

/** Somebody or something pushes at the fleet. Returns at what; a push that finds nothing to push at does nothing. */
export type Push = (scene: Scene) => string | undefined | Promise<string | undefined>;

export type Pushes = Readonly<Record<string, Push>>;

export const MINUTE_MS = 60_000;

/** Pushes at an instance in service, if there is one. */
export function atInstance(push: (scene: Scene, id: string) => unknown, isSpot?: 'spot'): Push {
  return async (scene) => {
    const id = pickInstance(scene, isSpot);
    if (id === undefined) return undefined;
    try {
      await push(scene, id);
    } catch (error) {
      // ECS lists an agent as connected that is just about to register anew: its host has no registration to push at.
      if (error instanceof NotInFleet && error.kind === 'registration of') return undefined;
      throw error;
    }
    return id;
  };
}
