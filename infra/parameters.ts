import { globalTimeoutOf } from '../shared/aws/auto-scaling-description.ts';
import { ConfigurationError, environmentName, parsePolicy } from '../shared/config/config.ts';
import { type Policy, settings } from '../shared/config/settings.ts';
import { findMisfit } from '../shared/domain/misfit.ts';
import { isNameIn } from '../shared/domain/name-patterns.ts';

/** The name of the terminate hook that the stack attaches to the groups of `autoScalingGroups`. */
export const terminateHookName = 'ebbtide-terminate';

/** What the stack contains, beside the settings of the functions. */
export interface StackParameters {
  readonly alertEmail: string;
  readonly autoScalingGroups: readonly string[];
  readonly hookHeartbeatSeconds: number;
  readonly logRetentionDays: number;
  readonly tableDeletionProtection: boolean;
}

/** The values that CloudWatch Logs takes (API reference, PutRetentionPolicy). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What each takes, in words. */
export const stackParameterValues: Readonly<Record<keyof StackParameters, string>> = {
  alertEmail: 'an e-mail address, or nothing',
  autoScalingGroups: 'names of Auto Scaling groups, each once, separated by commas, or nothing',
  hookHeartbeatSeconds: 'a whole number from 30 to 7200',
  logRetentionDays: `one of ${retentionDays.join(', ')}`,
  tableDeletionProtection: 'true or false',
};

/**
 * Checks all that an operator can set, as text: the settings by their names, and the stack's own parameters.
 *
 * @throws ConfigurationError with every problem at once, also those between two parameters
 */
export function parseParameters(values: Readonly<Record<string, string>>): StackParameters {
  const own = Object.fromEntries(Object.keys(stackParameterValues).map((name) => [name, values[name] ?? '']));
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !(name in own)));
  const problems: string[] = [];
  const policy = readPolicy(rest, problems);
  const parameters = readStackParameters(own as Record<keyof StackParameters, string>, problems);
  // Of what is refused by itself nothing can be said.
  if (policy !== undefined && problems.length === 0) problems.push(...findContradictions(policy, parameters));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return parameters;
}

/** The settings in the functions' environment, by their own names. */
export function readSettings(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  const found = Object.keys(settings).flatMap((name) => {
    const value = environment[environmentName(name)];
    return value === undefined ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(found);
}

function readPolicy(values: Readonly<Record<string, string>>, problems: string[]): Policy | undefined {
  try {
    return parsePolicy(values);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function readStackParameters(
  values: Readonly<Record<keyof StackParameters, string>>,
  problems: string[],
): StackParameters {
  const groups = values.autoScalingGroups
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const heartbeat = Number(values.hookHeartbeatSeconds);
  const retention = Number(values.logRetentionDays);
  const reject = (name: keyof StackParameters) =>
    problems.push(`${name} is ${JSON.stringify(values[name])}; allowed: ${stackParameterValues[name]}`);

  if (!/^$|^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(values.alertEmail)) reject('alertEmail');
  if (new Set(groups).size < groups.length || groups.some((name) => name.length > 255)) {
    reject('autoScalingGroups');
  }
  if (!Number.isInteger(heartbeat) || heartbeat < 30 || heartbeat > 7_200) {
    reject('hookHeartbeatSeconds');
  }
  if (!retentionDays.includes(retention)) reject('logRetentionDays');
  if (!['true', 'false'].includes(values.tableDeletionProtection)) reject('tableDeletionProtection');
  return {
    alertEmail: values.alertEmail,
    autoScalingGroups: groups,
    hookHeartbeatSeconds: heartbeat,
    logRetentionDays: retention,
    tableDeletionProtection: values.tableDeletionProtection === 'true',
  };
}

/** Only what concerns the hooks of this stack: hooks made elsewhere are not known here. */
function findContradictions(policy: Policy, parameters: StackParameters): string[] {
  if (parameters.autoScalingGroups.length === 0) return [];
  const problems: string[] = [];
  if (!isNameIn(policy.lifecycleHooks, terminateHookName)) {
    problems.push(`lifecycleHooks leaves out ${terminateHookName}, the hook that autoScalingGroups makes`);
  }
  const { drainDeadlineMinutes } = policy;
  const { hookHeartbeatSeconds } = parameters;
  const misfit = findMisfit({ globalTimeoutSeconds: globalTimeoutOf(hookHeartbeatSeconds) }, drainDeadlineMinutes);
  if (misfit !== undefined) {
    // No deadline that is allowed is too long for the longest heartbeat timeout.
    const { endsAfterMinutes, heartbeatTimeoutSecondsMin } = misfit;
    problems.push(
      `drainDeadlineMinutes is ${drainDeadlineMinutes}, but with hookHeartbeatSeconds ${hookHeartbeatSeconds} Auto Scaling waits ` +
        `for less: set it to ${endsAfterMinutes} at most, or hookHeartbeatSeconds to ${heartbeatTimeoutSecondsMin} at least`,
    );
  }
  return problems;
}
