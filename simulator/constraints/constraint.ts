import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What AWS's published service model demands of a value beyond its type. `min` and `max` are those of a number, or of
 * the length of text, bytes, a list or a map. The other properties name the constraints of what the value is made of.
 */
export interface Constraint {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly item?: string;
  readonly key?: string;
  readonly value?: string;
}

/** The constraints of one service's inputs: facts of its model, for the operations that are simulated. */
export interface ConstraintTable {
  readonly apiVersion: string;
  /** The constraint of each operation's input by its name in `shapes`; null: the model demands nothing of it. */
  readonly operations: Readonly<Record<string, string | null>>;
  readonly shapes: Readonly<Record<string, Constraint>>;
}

const tables = new Map<string, ConstraintTable | undefined>();

/** The table of a service; undefined when none was made of its model. */
export function constraintTable(service: string): ConstraintTable | undefined {
  if (!tables.has(service)) tables.set(service, readTable(service));
  return tables.get(service);
}

/** Where a service's table is kept. */
export function tablePath(service: string): string {
  return path.resolve(import.meta.dirname, `${service}.json`);
}

function readTable(service: string): ConstraintTable | undefined {
  try {
    return JSON.parse(readFileSync(tablePath(service), 'utf8')) as ConstraintTable;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
