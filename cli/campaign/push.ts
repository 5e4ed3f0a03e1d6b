import { pickInstance, type Scene } from './scene.ts';

/** Somebody or something pushes at the fleet. Returns at what; a push that finds nothing to push at does nothing. */
export type Push = (scene: Scene) => string | undefined | Promise<string | undefined>;

export type Pushes = Readonly<Record<string, Push>>;

export const MINUTE_MS = 60_000;

/** Pushes at an instance in service, if there is one. */
export function atInstance(push: (scene: Scene, id: string) => unknown, isSpot?: 'spot'): Push {
  return async (scene) => {
    const id = pickInstance(scene, isSpot);
    if (id !== undefined) await push(scene, id);
    return id;
  };
}
