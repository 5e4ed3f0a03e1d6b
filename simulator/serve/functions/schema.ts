import * as z from 'zod';
import { BESIDE_OTHERS, listed, refuseRepeated } from '../../fleet-document/across-fields.ts';
import { compilePattern } from '../../services/event-bridge/pattern.ts';
import { compileSchedule } from '../../services/event-bridge/schedule.ts';
import { isObject } from '../../services/template-properties.ts';

/** What a functions document may say. Names and limits are those of Lambda, EventBridge, SQS and SNS. */

const queueName = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'up to 80 letters, digits, hyphens and underscores');
const topicName = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, 'up to 256 letters, digits, hyphens and underscores');
const some = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const event = z
  .strictObject({
    pattern: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('An EventBridge event pattern: a rule of the default bus invokes the function, asynchronously.'),
    schedule: z.string().optional().describe('Such as rate(1 minute) or cron(0 8 * * ? *), in UTC.'),
    queue: queueName.optional().describe('An SQS queue by its name; it is created when there is none.'),
    batchSize: z.int().min(1).max(10).default(10).describe('Of a queue: messages of one invocation at most.'),
    topic: topicName.optional().describe('An SNS topic by its name; it is created when there is none.'),
  })
  .superRefine((given, context) => {
    const kinds = (['pattern', 'schedule', 'queue', 'topic'] as const).filter((kind) => given[kind] !== undefined);
    const problem = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', path, message });
    if (kinds.length !== 1) problem('needs one of pattern, schedule, queue and topic');
    const { pattern, schedule } = given;
    if (isObject(pattern))
      tell(
        () => compilePattern(JSON.stringify(pattern)),
        (why) => problem(why, ['pattern']),
      );
    if (typeof schedule === 'string')
      tell(
        () => compileSchedule(schedule),
        (why) => problem(why, ['schedule']),
      );
  }, BESIDE_OTHERS)
  .describe('What invokes the function.');

function tell(check: () => unknown, say: (why: string) => void): void {
  try {
    check();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

const fn = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9-_]{1,64}$/, 'up to 64 letters, digits, hyphens and underscores'),
    http: z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .optional()
      .describe("The event is posted there; the answer's body is the result."),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Started for each invocation: the event on standard input, the result on standard output.'),
    directory: z.string().optional().describe('Where the command runs; default: where this document is.'),
    timeoutSeconds: z.int().min(1).max(900).default(30),
    concurrency: z.int().min(0).max(1_000).optional().describe('Reserved concurrent executions.'),
    retries: z.int().min(0).max(2).default(2).describe('Of an asynchronous invocation that fails.'),
    environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}),
    permissions: z
      .array(z.strictObject({ Effect: z.enum(['Allow', 'Deny']).default('Allow'), Action: some, Resource: some }))
      .optional()
      .describe('IAM statements of its role. Default: it may do everything.'),
    events: z.array(event).default([]),
  })
  .superRefine(({ http, command }, context) => {
    if ((http === undefined) !== (command === undefined)) return;
    const message = http === undefined ? 'needs http or command' : 'has both http and command, and needs one of them';
    context.addIssue({ code: 'custom', path: [], message });
  }, BESIDE_OTHERS);

export const functionsSchema = z
  .strictObject({ $schema: z.string().optional().describe('For editors.'), functions: z.array(fn).min(1) })
  .superRefine((document, context) => {
    const seeFunction = refuseRepeated(context, 'function');
    for (const [one, path] of listed(document, 'functions')) seeFunction(one, path);
  }, BESIDE_OTHERS);

export type FunctionsDocument = z.output<typeof functionsSchema>;
export type FunctionDocument = FunctionsDocument['functions'][number];

/** For editors, as what may be written. */
export function functionsJsonSchema(): object {
  return { title: 'Functions for the simulator of Ebbtide', ...z.toJSONSchema(functionsSchema, { io: 'input' }) };
}
