import type { DeliveryFault } from '../services/event-bridge/bus.ts';
import type { EventPredicate } from '../services/event-bridge/pattern.ts';
import type { FaultList, FaultTerms } from './fault.ts';

export const EVENT_FAULT_KINDS = ['lost', 'doubled', 'delayed'] as const;

/** What becomes of events between the bus and the targets of its rules; schedules are no events, and spared. */
export interface EventFault extends FaultTerms {
  readonly kind: (typeof EVENT_FAULT_KINDS)[number];
  /** The event pattern, as text; undefined: all events. */
  readonly pattern?: string | undefined;
  readonly matches: EventPredicate;
  /** The name of the only rule whose deliveries it strikes; undefined: those of all rules. */
  readonly rule?: string | undefined;
  /** Of `delayed`, and of the second copy of `doubled`. */
  readonly delayMs: number;
}

/** Strikes each delivery, which is one event to one target, by the faults that are in force. */
export function createDeliveryFault(faults: FaultList<EventFault>): DeliveryFault {
  return ({ event, rule }) => {
    if (event.source === 'aws.events') return [0];
    const struck = faults.strike(
      (fault) => (fault.rule === undefined || fault.rule === rule) && fault.matches(event),
    )?.settings;
    switch (struck?.kind) {
      case undefined:
        return [0];
      case 'lost':
        return [];
      case 'doubled':
        return [0, struck.delayMs];
      case 'delayed':
        return [struck.delayMs];
    }
  };
}
