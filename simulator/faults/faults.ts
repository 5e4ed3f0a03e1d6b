import type { Kernel } from '../kernel/kernel.ts';
import type { DeliveryFault } from '../services/event-bridge/bus.ts';
import type { SimulatedService } from '../wire/service.ts';
import { type CallFault, CallFaults } from './call-faults.ts';
import { createDeliveryFault, type EventFault } from './delivery-faults.ts';
import { FaultList } from './fault.ts';

/** The faults that are injected into a running world, and taken out of it again. Without any, nothing is drawn. */
export interface Faults {
  readonly ofCalls: FaultList<CallFault>;
  readonly ofEvents: FaultList<EventFault>;
  readonly calls: CallFaults;
  readonly deliveryFault: DeliveryFault;
}

export function createFaults(kernel: Kernel, services: () => readonly SimulatedService[]): Faults {
  let injected = 0;
  const nextId = () => `fault-${++injected}`;
  const ofCalls = new FaultList<CallFault>(kernel, nextId);
  const ofEvents = new FaultList<EventFault>(kernel, nextId);
  return {
    ofCalls,
    ofEvents,
    calls: new CallFaults(ofCalls, services, () => kernel.clock.now()),
    deliveryFault: createDeliveryFault(ofEvents),
  };
}
