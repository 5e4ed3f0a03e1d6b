import { createKernel, type Kernel } from '../../../simulator/kernel/kernel.ts';
import { Credentials } from '../../../simulator/wire/credentials.ts';
import { clientConfiguration } from '../../../simulator/wire/sdk-client.ts';
import type { Operation, SimulatedService } from '../../../simulator/wire/service.ts';
import { settle } from '../../../simulator/wire/settle.ts';
import { createWire, type Wire, type WireOptions } from '../../../simulator/wire/wire.ts';

/** An operation that anybody may call. */
export function open(run: Operation['run']): Operation {
  return { authorize: () => ({ resources: ['*'] }), run };
}

export interface FakeWorld {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly credentials: Credentials;
  readonly defects: unknown[];
  /** Configuration for an SDK client of this world. */
  readonly clientConfig: ReturnType<typeof clientConfiguration>;
  /** Lets time go on until the answer is there. */
  settle<T>(answer: Promise<T>): Promise<T>;
}

export function createFakeWorld(services: readonly SimulatedService[], options: Partial<WireOptions> = {}): FakeWorld {
  const kernel = createKernel({ seed: 7 });
  const credentials = new Credentials();
  const defects: unknown[] = [];
  const wire = createWire(kernel, services, {
    credentials,
    authorize: () => undefined,
    onDefect: (error) => defects.push(error),
    ...options,
  });
  return {
    kernel,
    wire,
    credentials,
    defects,
    clientConfig: clientConfiguration(wire, kernel.place.region, 'AKIASOMEBODY'),
    settle: (answer) => settle(kernel.clock, answer),
  };
}
