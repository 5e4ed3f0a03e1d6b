import type { ControlCommand } from './command.ts';
import { eventCommands } from './event-commands.ts';
import { faultCommands } from './fault-commands.ts';
import { fleetCommands } from './fleet-commands.ts';

/** By the names that they have in the address. */
export const commands: ReadonlyMap<string, ControlCommand> = new Map(
  Object.entries({ ...fleetCommands, ...faultCommands, ...eventCommands }),
);
