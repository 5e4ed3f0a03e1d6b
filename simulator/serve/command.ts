import type * as z from 'zod';
import type { FleetHandle } from '../services/fleet-handle.ts';
import type { Simulator } from '../simulator.ts';

/** Something that is done to the served world from outside, beside calling AWS. */
export interface ControlCommand {
  readonly description: string;
  readonly input: z.ZodType;
  /** @throws NotInFleet, NotPossible, WrongInput or AwsError when it cannot be done; any other error is a defect */
  run(simulator: Simulator, input: unknown): object | undefined;
  /** How far time goes on before the answer, in milliseconds. */
  advancesMs?(input: unknown): number;
}

/** Input that only the world can judge. */
export class WrongInput extends Error {
  override readonly name = 'WrongInput';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A command whose input has the type of its schema. */
export function command<Schema extends z.ZodType>(
  description: string,
  input: Schema,
  run: (simulator: Simulator, input: z.output<Schema>) => object | undefined,
): ControlCommand {
  return { description, input, run: (simulator, given) => run(simulator, given as z.output<Schema>) };
}

/** A command that pushes the fleet and has nothing to answer. */
export function push<Schema extends z.ZodType>(
  description: string,
  input: Schema,
  run: (world: FleetHandle, input: z.output<Schema>) => void,
): ControlCommand {
  return command(description, input, ({ fleet }, given) => {
    run(fleet.world, given);
    return undefined;
  });
}
