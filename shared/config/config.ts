import * as z from 'zod';
import { findContradictions, valueText } from './contradictions.ts';
import { type Policy, type SettingName, settings } from './settings.ts';

/** Where the deployed parts are: set by the stack itself, never by an operator. */
const locations = {
  tableName: z.string().min(1),
  topicArn: z.string().startsWith('arn:'),
  deadLetterQueueUrl: z.string().startsWith('https://'),
  dueQueueUrl: z.string().startsWith('https://'),
};

export type Locations = { readonly [Name in keyof typeof locations]: string };

export interface Config {
  readonly policy: Policy;
  readonly locations: Locations;
}

/** Every problem of a configuration at once, one line each: name, value, what is allowed; or what contradicts what. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** `drainDeadlineMinutes` -> `EBBTIDE_DRAIN_DEADLINE_MINUTES`. */
export function environmentName(name: string): string {
  return `EBBTIDE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Reads the functions' environment.
 *
 * @throws ConfigurationError naming every variable that is missing, unknown, out of range or contradicted by another
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const known = new Set([...Object.keys(settings), ...Object.keys(locations)].map(environmentName));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('EBBTIDE_') && !known.has(name)) problems.push(`${name} is not a setting`);
  }
  for (const name of Object.keys(settings)) {
    const value = environment[environmentName(name)];
    if (value !== undefined) values[name] = value;
  }
  const policy = collectPolicy(values, environmentName, problems);
  const found = Object.fromEntries(
    Object.entries(locations).map(([name, schema]) => {
      const value = environment[environmentName(name)];
      if (!schema.safeParse(value).success) {
        problems.push(`${environmentName(name)} is ${quote(value)}; it is set by the stack and must not be removed`);
      }
      return [name, value];
    }),
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze({ policy: Object.freeze(policy), locations: Object.freeze(found as Locations) });
}

/**
 * Checks settings by their own names, as `serverless.yml` has them. Settings that are left out get their default.
 *
 * @throws ConfigurationError naming every setting that is unknown, out of range or contradicted by another
 */
export function parsePolicy(values: Readonly<Record<string, string>>): Policy {
  const problems = Object.keys(values)
    .filter((name) => !(name in settings))
    .map((name) => `${name} is not a setting`);
  const policy = collectPolicy(values, (name) => name, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(policy);
}

function collectPolicy(
  values: Readonly<Record<string, string>>,
  publicName: (name: string) => string,
  problems: string[],
): Policy {
  const policy: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const value = values[name] ?? setting.default;
    const result = setting.schema.safeParse(value.trim());
    if (result.success) policy[name as SettingName] = result.data;
    else {
      const allowed = result.error.issues.map((issue) => issue.message).join('; ');
      problems.push(`${publicName(name)} is ${quote(value)}; allowed: ${allowed}`);
    }
  }
  for (const { names, why } of findContradictions(policy as Partial<Policy>)) {
    const values = names.map((name) => `${publicName(name)} is ${valueText(policy[name] as Policy[typeof name])}`);
    problems.push(`${values.join(' and ')}: ${why}`);
  }
  return policy as Policy;
}

function quote(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
