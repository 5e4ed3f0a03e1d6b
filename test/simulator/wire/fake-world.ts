import { createKernel, type Kernel } from '../../../simulator/kernel/kernel.ts';
import { AwsError } from '../../../simulator/wire/aws-error.ts';
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

type Protocol = SimulatedService['protocol'];

/** A world with one service, which remembers the inputs of its calls. */
export function serve(name: string, protocol: Protocol, schemas: object, operations: Record<string, Operation['run']>) {
  const inputs: unknown[] = [];
  const recording = Object.entries(operations).map(([operation, run]) => [
    operation,
    open((input, call) => {
      inputs.push(input);
      return run(input, call);
    }),
  ]);
  const service: SimulatedService = {
    name,
    protocol,
    schemas: schemas as Record<string, unknown>,
    operations: Object.fromEntries(recording),
  };
  return { ...createFakeWorld([service]), inputs };
}

/** An operation that always fails. */
export function failWith(code: string, message: string, options?: ConstructorParameters<typeof AwsError>[2]) {
  return () => {
    throw new AwsError(code, message, options);
  };
}

/** What a call is rejected with. */
export async function errorOf(answer: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await answer;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error('The call succeeded');
}
