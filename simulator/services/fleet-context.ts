import type { Kernel } from '../kernel/kernel.ts';
import type { Random } from '../kernel/random.ts';
import type { BusEvent } from '../wire/service.ts';
import { type Duration, draw } from './fleet-timing.ts';
import type { UndocumentedBehaviour } from './undocumented.ts';

/** What each service of the fleet is built on, with a stream of chance of its own. */
export interface FleetContext {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly undocumented: UndocumentedBehaviour;
  publish(event: BusEvent): void;
}

/** Runs `run` after a drawn duration. */
export function later(context: FleetContext, duration: Duration, run: () => void) {
  return context.kernel.clock.after(draw(context.random, duration), run);
}

/** Records a change in the fleet that no API call shows. */
export function tell(context: FleetContext, subject: string, change: string, fields: Record<string, unknown> = {}) {
  context.kernel.trace.add('world', { subject, change, ...fields });
}

/** An ARN of the world's account and region. */
export function arn({ kernel: { place } }: FleetContext, service: string, resource: string): string {
  return `arn:aws:${service}:${place.region}:${place.accountId}:${resource}`;
}

export function isoDate(ms: number): string {
  return new Date(ms).toISOString();
}
