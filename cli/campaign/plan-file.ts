import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ConfigurationError, parsePolicy } from '../../shared/config/config.ts';
import { FAULT_KINDS } from './fault-mix.ts';
import type { Plan } from './plan.ts';
import { PUSHES } from './pushes.ts';

/** Where shrunk plans are written; not kept in the repository. */
const DIRECTORY = '.campaign';

/** Fields of groups and services are the simulator's own, which refuses what it does not know. */
const member = z.looseObject({ name: z.string(), cluster: z.string() });
const share = z.number().min(0).max(1);

const schema = z.strictObject({
  seed: z.number().int().min(0),
  settings: z.record(z.string(), z.string()),
  clusters: z.array(z.looseObject({ name: z.string(), groups: z.array(member), services: z.array(member) })),
  undocumented: z.record(z.string(), z.boolean()),
  faults: z.strictObject({
    rates: z.partialRecord(z.enum(FAULT_KINDS as [string, ...string[]]), share),
    only: z.array(z.string()).optional(),
  }),
  redeployed: z.record(z.string(), z.string()).optional(),
  troubleMinutes: z.number().min(0),
  pushes: z.array(
    z.strictObject({
      atMs: z.number().int().min(0),
      push: z.enum(Object.keys(PUSHES)),
      seed: z.number().int().min(0),
    }),
  ),
});

/** Every problem of a plan file, one line each. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/**
 * Reads a plan as `writePlan` writes it.
 *
 * @throws PlanError naming the file and each field that is wrong
 */
export function readPlan(file: string): Plan {
  try {
    return parsePlan(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const problems = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new PlanError([`${file} is no plan:`, ...problems].join('\n  '), { cause: error });
  }
}

/** @throws PlanError naming each field that is wrong */
export function parsePlan(value: unknown): Plan {
  const { data, error } = schema.safeParse(value);
  if (error !== undefined) {
    const problems = error.issues.map(({ path: at, message }) => `${at.join('.') || 'all of it'}: ${message}`);
    throw new PlanError(problems.join('\n'));
  }
  try {
    parsePolicy(data.settings);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw new PlanError(cause.message, { cause });
    throw cause;
  }
  return data as unknown as Plan;
}

/** The file's path, relative to where the command runs; or why there is none. */
export type WrittenPlan = { readonly file: string } | { readonly problem: string };

/** Writes a plan to a file of its own. A campaign of hours is not to be lost with it, so that it never throws. */
export function writePlan(plan: Plan, name: string): WrittenPlan {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '');
  const file = path.join(DIRECTORY, `${slug}.json`);
  try {
    mkdirSync(DIRECTORY, { recursive: true });
    writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`);
    return { file };
  } catch (error) {
    return { problem: `${file} cannot be written: ${error instanceof Error ? error.message : error}` };
  }
}
