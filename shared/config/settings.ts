import * as z from 'zod';
import { isNameIn } from '../domain/name-patterns.ts';

export const PATTERNS_ALLOWED =
  'names or patterns such as `prod-*`, separated by commas, `!` in front of those to leave out, at least one without';

/**
 * Every value an operator can set, with what it means, what is allowed and the default.
 *
 * One table serves all: the functions' environment (`EBBTIDE_DRAIN_DEADLINE_MINUTES`), the parameters of
 * `serverless.yml` (`drainDeadlineMinutes`), which `package` checks, and the reference in the documentation.
 * Values arrive as text.
 */
export const settings = {
  clusters: setting(
    namePatterns(),
    '*',
    'The clusters to look after: name patterns, `*` for any text, `!` to leave out.',
  ),
  mode: clusterSetting(
    choice('act', 'observe'),
    'act',
    'Whether to act, or only to record and report what would have been done.',
  ),
  lifecycleHooks: setting(
    namePatterns(),
    'ebbtide-*',
    'The names of the lifecycle hooks that Ebbtide completes: name patterns. Any other hook is left alone.',
  ),
  drainDeadlineMinutes: clusterSetting(
    wholeNumber(1, 2_820),
    '60',
    'How long an instance may drain before its hook is completed with `drainDeadlineResult`, tasks or not. A change counts for drains that have begun too.',
  ),
  drainDeadlineResult: clusterSetting(
    choice('CONTINUE', 'ABANDON', 'RESTORE'),
    'CONTINUE',
    'The result of a hook whose drain reached its deadline. RESTORE: where the group retains abandoned instances, the instance is made ACTIVE again; elsewhere as CONTINUE.',
  ),
  drainStalledMinutes: clusterSetting(
    offOr(wholeNumber(1, 2_820)),
    '15',
    'How long nothing may move in a drain before on-call is told what blocks it.',
  ),
  standaloneTasks: clusterSetting(
    choice('wait', 'stop'),
    'wait',
    'What becomes of tasks that belong to no service: wait for them until the deadline, or stop them when the drain begins.',
  ),
  nonBlockingGroups: clusterSetting(
    noneOr(namePatterns()),
    'none',
    'Task groups (`service:NAME`, `family:NAME`) that no drain waits for: name patterns. They are stopped last.',
  ),
  lostContactMinutes: clusterSetting(
    wholeNumber(1, 1_440),
    '15',
    'How long the agent of a draining instance may be disconnected before the instance is given up and released.',
  ),
  rebalance: clusterSetting(
    choice('off', 'drain', 'replace'),
    'off',
    'What a rebalance recommendation for a Spot Instance leads to: nothing, a drain, or a drain and a replacement by the group. Leave it off where the group itself has Capacity Rebalancing.',
  ),
  scheduledChangeLeadMinutes: clusterSetting(
    offOr(wholeNumber(15, 20_160)),
    '1440',
    'How long before AWS retires, stops or reboots an instance it is drained and replaced by its group. off: on-call is told, and nothing is done.',
  ),
  interruptionSpared: clusterSetting(
    choice('restore', 'alert'),
    'restore',
    'What becomes of an instance that was drained for an interruption that never came: made ACTIVE again, or left DRAINING and on-call told.',
  ),
  disconnectedAlertMinutes: clusterSetting(
    offOr(wholeNumber(1, 1_440)),
    '10',
    'How long an agent must be disconnected, without a break, before on-call is told.',
  ),
  disconnectedRestartMinutes: clusterSetting(
    offOr(wholeNumber(2, 10_080)),
    'off',
    'How long an agent must be disconnected before it is restarted through Systems Manager. Not on Windows or Bottlerocket.',
  ),
  disconnectedReplaceMinutes: clusterSetting(
    offOr(wholeNumber(5, 10_080)),
    'off',
    'How long an agent must be disconnected before its instance is reported unhealthy to its Auto Scaling group, which replaces it.',
  ),
  disconnectedDeregisterMinutes: clusterSetting(
    offOr(wholeNumber(5, 10_080)),
    'off',
    'How long an agent must be disconnected before its container instance is deregistered.',
  ),
  disconnectedDeregisterRunning: clusterSetting(
    yesOrNo(),
    'no',
    'Whether a disconnected instance may be deregistered while its EC2 instance runs. Its containers keep running, unmanaged.',
  ),
  alertFormat: setting(
    choice('text', 'chat'),
    'text',
    'The form of the alerts: text for people, or custom notifications for Amazon Q Developer in chat applications.',
  ),
  launchDeadlineMinutes: clusterSetting(
    wholeNumber(1, 2_820),
    '15',
    'How long a launch hook holds an instance that is not registered and connected, before on-call is told and the hook is completed with `launchDeadlineResult`.',
  ),
  launchDeadlineResult: clusterSetting(
    choice('CONTINUE', 'ABANDON'),
    'ABANDON',
    'The result of a launch hook at its deadline. ABANDON: the group terminates the instance and launches another.',
  ),
  unregisteredMinutes: clusterSetting(
    offOr(wholeNumber(5, 1_440)),
    '15',
    'How long an instance in service may be in no cluster before on-call is told. Watched are the groups with the tag `ebbtide:cluster`.',
  ),
  unregisteredAction: clusterSetting(
    choice('alert', 'replace'),
    'alert',
    'What becomes of such an instance: on-call is told, or its group is also made to replace it.',
  ),
  repairs: clusterSetting(
    choice('on', 'off'),
    'on',
    'Whether agents are restarted, instances replaced and registrations removed at all. Off stops every repair at once; alerts and drains go on.',
  ),
  repairsPerHourMax: clusterSetting(
    wholeNumber(1, 1_000),
    '3',
    'How many restarts, replacements and deregistrations of disconnected instances may be made in a cluster within an hour.',
  ),
  outageSharePercent: clusterSetting(
    wholeNumber(1, 100),
    '30',
    'How much of a cluster, or of one Availability Zone of it, must be disconnected at once to be one outage: no single alerts, no repairs.',
  ),
  outageCountMin: clusterSetting(
    wholeNumber(2, 1_000),
    '3',
    'How many instances must be disconnected at once to be an outage, however large their share.',
  ),
  agentVersionMin: clusterSetting(
    noneOr(versionNumber()),
    'none',
    'The oldest version of the ECS agent that is not named in the daily summary.',
  ),
  runbookUrl: setting(
    z.string().refine((text) => /^[^\s#]+$/.test(text), { error: 'an address without spaces and without `#`' }),
    'docs/runbook.md',
    'Where the alerts say that the runbook is: your copy of `docs/runbook.md`. The kind of alert is added as `#anchor`.',
  ),
  historyDays: setting(wholeNumber(1, 3_650), '90', 'How long the record of a closed incident is kept.'),
  logLevel: setting(choice('DEBUG', 'INFO', 'WARN', 'ERROR'), 'INFO', 'The least severe log lines that are written.'),
} as const;

export type SettingName = keyof typeof settings;

/** The whole of the operator's policy: one value per setting. */
export type Policy = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

export interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** As text, in the form an operator would write. */
  readonly default: string;
  readonly description: string;
  /** Whether a cluster's tag may set it for that cluster alone. */
  readonly perCluster: boolean;
}

/** A setting of the whole stack. */
function setting<Schema extends z.ZodType>(schema: Schema, standard: string, description: string): Setting<Schema> {
  return { schema, default: standard, description, perCluster: false };
}

/** A setting that a cluster's tag may override for that cluster. */
function clusterSetting<Schema extends z.ZodType>(
  schema: Schema,
  standard: string,
  description: string,
): Setting<Schema> {
  return { schema, default: standard, description, perCluster: true };
}

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `a whole number from ${min} to ${max}`,
    })
    .transform(Number);
}

function versionNumber() {
  return z.string().regex(/^\d+\.\d+\.\d+$/, { error: 'a version such as 1.90.0' });
}

function choice<const Values extends readonly [string, ...string[]]>(...values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

function yesOrNo() {
  return choice('yes', 'no').transform((text) => text === 'yes');
}

function offOr<Output>(schema: z.ZodType<Output, string>) {
  return wordOr('off', schema);
}

function noneOr<Output>(schema: z.ZodType<Output, string>) {
  return wordOr('none', schema);
}

function wordOr<const Word extends string, Output>(word: Word, schema: z.ZodType<Output, string>) {
  const allowed = z.string().superRefine((text, context) => {
    if (text === word) return;
    for (const issue of schema.safeParse(text).error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: `${word}, or ${issue.message}` });
    }
  });
  return allowed.transform((text): Output | Word => (text === word ? word : schema.parse(text)));
}

/** What a setting takes, in words. */
export function allowedValues({ schema }: Setting<z.ZodType>): string {
  // No value that anybody could mean.
  return (schema.safeParse('\0 #').error?.issues ?? []).map(({ message }) => message).join('; ');
}

/** Comma-separated name patterns, at least one of which lets something in. */
function namePatterns() {
  return (
    z
      .string()
      .transform((text) => text.split(',').map((pattern) => pattern.trim()))
      .refine(
        (patterns) =>
          patterns.every((pattern) => /^!?[\w.*/:-]+$/.test(pattern)) && patterns.some((p) => !p.startsWith('!')),
        { error: PATTERNS_ALLOWED, abort: true },
      )
      // Where a pattern to leave out matches another one as it is written, it matches all that this one lets in.
      .refine((patterns) => patterns.some((p) => !p.startsWith('!') && isNameIn(patterns, p)), {
        error: 'patterns that do not leave out all that they let in',
      })
  );
}
