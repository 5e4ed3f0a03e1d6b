import type { FleetHandle } from '../../simulator/services/fleet-handle.ts';
import type { FleetViews } from '../../simulator/services/fleet-views.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Narrator } from './narrator.ts';

/** What the story is told with. */
export interface Stage {
  readonly world: FleetHandle;
  readonly views: FleetViews;
  /** The instances that something has happened to. */
  readonly cast: Set<string>;
  /** Begins a chapter: what happens, and why it is interesting. */
  chapter(title: string, text: string): void;
  /** A remark of the narrator. */
  say(text: string, ec2InstanceId?: string): void;
  /** Tells, until the next chapter, what happens to an instance. */
  watch(ec2InstanceId: string): void;
  pass(minutes: number): Promise<void>;
  /** Lets time go on until the condition is true. @returns whether it became true within so many minutes */
  until(condition: () => boolean, minutesMax: number): Promise<boolean>;
}

const STEP_MS = 10_000;
const MINUTE_MS = 60_000;

/** @param onTime told how late it is, in epoch milliseconds, after each step of time */
export function createStage(simulator: Simulator, narrator: Narrator, onTime: (nowMs: number) => void): Stage {
  const { clock, trace } = simulator.kernel;
  const watched: string[] = [];
  const step = async (endMs: number) => {
    await simulator.runUntil(Math.min(endMs, clock.now() + STEP_MS));
    onTime(clock.now());
  };
  const watch = (ec2InstanceId: string) => {
    watched.push(ec2InstanceId);
    narrator.watch(ec2InstanceId);
  };
  return {
    world: simulator.fleet.world,
    views: simulator.fleet.views,
    cast: new Set(),
    chapter(title, text) {
      for (const id of watched.splice(0)) narrator.unwatch(id);
      trace.add('note', { chapter: title, text });
    },
    say: (text, ec2InstanceId) => trace.add('note', { text, ...(ec2InstanceId && { ec2InstanceId }) }),
    watch,
    async pass(minutes) {
      const endMs = clock.now() + minutes * MINUTE_MS;
      while (clock.now() < endMs) await step(endMs);
    },
    async until(condition, minutesMax) {
      const endMs = clock.now() + minutesMax * MINUTE_MS;
      while (!condition() && clock.now() < endMs) await step(endMs);
      return condition();
    },
  };
}
