import type {
  Target as ApiTarget,
  ListRuleNamesByTargetCommandInput,
  ListTargetsByRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { refuseUnmodelled } from '../unmodelled.ts';
import { type BusScope, pageOfNames, requireDefaultBus } from './bus-scope.ts';
import { EVENT_AGE_SECONDS_MAX, RETRY_ATTEMPTS_MAX } from './delivery-times.ts';
import { addTarget, type Rule, TARGETS_MAX, type Target } from './rules.ts';
import { checkTargetInput } from './target-input.ts';

/** The services whose targets the bus delivers to. */
const TARGET_SERVICES = ['lambda', 'sns', 'sqs'];
const UNMODELLED_PARAMETERS = [
  'RoleArn',
  'KinesisParameters',
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'SqsParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
];

interface OfRule {
  readonly Rule?: string | undefined;
  readonly EventBusName?: string | undefined;
}

export function targetOperations(scope: BusScope): Record<string, Operation> {
  const { bus } = scope;
  const onRule = ({ Rule: name }: OfRule) => ({ resources: [scope.ruleArn(name)] });
  const ruleOf = ({ Rule: name = '', EventBusName }: OfRule): Rule => {
    requireDefaultBus(scope, EventBusName);
    return bus.rule(name);
  };
  return {
    PutTargets: {
      authorize: onRule,
      run: (input: PutTargetsCommandInput) => putTargets(scope, ruleOf(input), input.Targets ?? []),
    },
    RemoveTargets: {
      authorize: onRule,
      run(input: RemoveTargetsCommandInput) {
        const rule = ruleOf(input);
        const unknown = (input.Ids ?? []).filter((id) => !rule.targets.delete(id));
        const FailedEntries = unknown.map((TargetId) => ({
          TargetId,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Rule '${rule.name}' does not have a target with the Id '${TargetId}'.`,
        }));
        return { FailedEntryCount: FailedEntries.length, FailedEntries };
      },
    },
    ListTargetsByRule: {
      authorize: onRule,
      run(input: ListTargetsByRuleCommandInput) {
        const targets = [...ruleOf(input).targets.values()];
        const { items, token } = pageOfNames(targets, ({ id }) => id, input);
        return { Targets: items.map(describeTarget), ...token };
      },
    },
    ListRuleNamesByTarget: {
      authorize: () => ({ resources: [scope.ruleArn('*')] }),
      run(input: ListRuleNamesByTargetCommandInput) {
        requireDefaultBus(scope, input.EventBusName);
        const rules = bus
          .rules()
          .filter((rule) => [...rule.targets.values()].some(({ arn }) => arn === input.TargetArn));
        const { items, token } = pageOfNames(rules, ({ name }) => name, input);
        return { RuleNames: items.map(({ name }) => name), ...token };
      },
    },
  };
}

/** All targets or none. Whether a queue, topic or function exists, and lets the rule in, shows only at delivery. */
function putTargets({ queues }: BusScope, rule: Rule, given: readonly ApiTarget[]) {
  const targets = given.map(parseTarget);
  const ids = new Set([...rule.targets.keys(), ...targets.map(({ id }) => id)]);
  if (ids.size > TARGETS_MAX) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  for (const target of targets) {
    addTarget(rule, target);
    if (target.deadLetterArn !== undefined) queues.markDeadLetterQueue(target.deadLetterArn);
  }
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function parseTarget(given: ApiTarget): Target {
  refuseUnmodelled(given, UNMODELLED_PARAMETERS, 'ValidationException');
  const { Id: id = '', Arn: arn = '', Input, InputPath, InputTransformer, DeadLetterConfig, RetryPolicy } = given;
  checkTargetArn(arn);
  if ([Input, InputPath, InputTransformer].filter((each) => each !== undefined).length > 1) {
    throw new AwsError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  }
  const deadLetterArn = DeadLetterConfig?.Arn;
  if (deadLetterArn !== undefined && !/^arn:aws:sqs:[^:]+:\d{12}:[A-Za-z0-9_-]+$/.test(deadLetterArn)) {
    throw new AwsError('ValidationException', 'Parameter DeadLetterConfig is not valid. Reason: it is no SQS queue.');
  }
  const { InputPathsMap: paths = {}, InputTemplate: template = '' } = InputTransformer ?? {};
  const target: Target = {
    id,
    arn,
    retryAttemptsMax: RetryPolicy?.MaximumRetryAttempts ?? RETRY_ATTEMPTS_MAX,
    eventAgeSecondsMax: RetryPolicy?.MaximumEventAgeInSeconds ?? EVENT_AGE_SECONDS_MAX,
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(Input !== undefined && { input: Input }),
    ...(InputPath !== undefined && { inputPath: InputPath }),
    ...(InputTransformer !== undefined && { inputTransformer: { paths, template } }),
  };
  checkTargetInput(target);
  return target;
}

function checkTargetArn(arn: string): void {
  const [, , service = '', , , resource] = arn.split(':');
  if (!arn.startsWith('arn:') || resource === undefined) {
    throw new AwsError(
      'ValidationException',
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  if (!TARGET_SERVICES.includes(service) || arn.endsWith('.fifo')) {
    const known = TARGET_SERVICES.join(', ');
    throw new AwsError('ValidationException', `The simulator delivers to ${known} (no FIFO), not to ${arn}`);
  }
}

function describeTarget(target: Target): ApiTarget {
  const { id: Id, arn: Arn, input, inputPath, inputTransformer, deadLetterArn } = target;
  const { retryAttemptsMax: MaximumRetryAttempts, eventAgeSecondsMax: MaximumEventAgeInSeconds } = target;
  const hasPolicy = MaximumRetryAttempts !== RETRY_ATTEMPTS_MAX || MaximumEventAgeInSeconds !== EVENT_AGE_SECONDS_MAX;
  return {
    Id,
    Arn,
    ...(input !== undefined && { Input: input }),
    ...(inputPath !== undefined && { InputPath: inputPath }),
    ...(inputTransformer && {
      InputTransformer: { InputPathsMap: { ...inputTransformer.paths }, InputTemplate: inputTransformer.template },
    }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(hasPolicy && { RetryPolicy: { MaximumRetryAttempts, MaximumEventAgeInSeconds } }),
  };
}
