import { findContradictions, valueText } from './contradictions.ts';
import type { Policy, SettingName } from './settings.ts';
import { PATTERNS_ALLOWED, settings } from './settings.ts';

/** A cluster's tag that sets a policy value: `ebbtide:drain-deadline-minutes`. */
const TAG_PREFIX = 'ebbtide:';

export interface ClusterPolicy {
  readonly policy: Policy;
  /** What is wrong with the cluster's tags, one line each; the value of the stack is in force instead. */
  readonly problems: readonly string[];
}

/** `drainDeadlineMinutes` -> `ebbtide:drain-deadline-minutes`. */
export function tagName(name: SettingName): string {
  return TAG_PREFIX + name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const PATTERNS_ALLOWED_IN_TAG =
  'names or patterns such as `prod-@`, separated by spaces, `-` in front of those to leave out, at least one without';

/**
 * A setting's value as a tag has it. A tag's value is made of letters, digits, spaces and `_ . : / = + - @` (ECS API
 * Reference, Tag), so lists of name patterns are written with spaces for commas, `@` for `*` and a leading `-` for `!`.
 */
function fromTag(value: string): string {
  const words = value.trim().split(/\s+/);
  return words.map((word) => word.replace(/^-/, '!').replaceAll('@', '*')).join(',');
}

/** What a setting allows, in the words that hold for its tag. */
export function allowedInTag(allowed: string): string {
  return allowed.replace(PATTERNS_ALLOWED, PATTERNS_ALLOWED_IN_TAG);
}

/** The policy of one cluster: that of the stack, with the values that the cluster's tags set. */
export function clusterPolicy(base: Policy, tags: Readonly<Record<string, string>>): ClusterPolicy {
  const names = new Map(Object.keys(settings).map((name) => [tagName(name as SettingName), name as SettingName]));
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const [tag, text] of Object.entries(tags)) {
    if (!tag.startsWith(TAG_PREFIX)) continue;
    const name = names.get(tag);
    if (name === undefined) {
      problems.push(`tag ${tag} is not a setting`);
      continue;
    }
    const setting = settings[name];
    const result = setting.schema.safeParse(fromTag(text));
    if (!setting.perCluster) problems.push(`tag ${tag} cannot be set for a single cluster, only for the stack`);
    else if (result.success) values[name] = result.data;
    else {
      const allowed = result.error.issues.map(({ message }) => allowedInTag(message)).join('; ');
      problems.push(`tag ${tag} is "${text}"; allowed: ${allowed}`);
    }
  }
  // The values of the stack contradict nothing: as often as something does, there is a tag to go without.
  for (;;) {
    const policy = Object.freeze({ ...base, ...values } as Policy);
    const [contradiction] = findContradictions(policy);
    if (contradiction === undefined) return { policy, problems };
    const { names: involved, why } = contradiction;
    const texts = involved.map((name) =>
      name in values ? `tag ${tagName(name)} is "${tags[tagName(name)]}"` : `${name} is ${valueText(policy[name])}`,
    );
    problems.push(`${texts.join(' and ')}: ${why}`);
    for (const name of involved) delete values[name];
  }
}
