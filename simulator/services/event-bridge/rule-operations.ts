import type {
  DeleteRuleCommandInput,
  DescribeEventBusCommandInput,
  DescribeRuleCommandInput,
  EnableRuleCommandInput,
  ListEventBusesCommandInput,
  ListRulesCommandInput,
  ListTagsForResourceCommandInput,
  PutRuleCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { tagList, tagsFrom } from '../tag-store.ts';
import { refuseUnmodelled } from '../unmodelled.ts';
import { type BusScope, pageOfNames, requireDefaultBus } from './bus-scope.ts';
import type { Rule } from './rules.ts';

interface Named {
  readonly Name?: string | undefined;
  readonly EventBusName?: string | undefined;
}

/** Rules, without their targets. */
export function ruleOperations(scope: BusScope): Record<string, Operation> {
  const { bus, tags } = scope;
  const onRule = ({ Name }: Named) => ({ resources: [scope.ruleArn(Name)] });
  const ruleOf = ({ Name = '', EventBusName }: Named): Rule => {
    requireDefaultBus(scope, EventBusName);
    return bus.rule(Name);
  };
  const switchTo = (isEnabled: boolean): Operation => ({
    authorize: onRule,
    run(input: EnableRuleCommandInput) {
      bus.putRule({ ...ruleOf(input), isEnabled });
      return {};
    },
  });
  return {
    PutRule: {
      authorize: onRule,
      run: (input: PutRuleCommandInput) => putRule(scope, input),
    },
    DescribeRule: {
      authorize: onRule,
      run: (input: DescribeRuleCommandInput) => describeRule(ruleOf(input)),
    },
    EnableRule: switchTo(true),
    DisableRule: switchTo(false),
    DeleteRule: {
      authorize: onRule,
      // A rule that does not exist is deleted all the same.
      run({ Name = '', EventBusName }: DeleteRuleCommandInput) {
        requireDefaultBus(scope, EventBusName);
        const rule = bus.rules().find((one) => one.name === Name);
        if (rule === undefined) return {};
        if (rule.targets.size > 0) {
          throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
        }
        bus.deleteRule(Name);
        tags.forget(rule.arn);
        return {};
      },
    },
    ListRules: {
      authorize: () => ({ resources: [scope.ruleArn('*')] }),
      run({ NamePrefix = '', EventBusName, ...paged }: ListRulesCommandInput) {
        requireDefaultBus(scope, EventBusName);
        const rules = bus.rules().filter((rule) => rule.name.startsWith(NamePrefix));
        const { items, token } = pageOfNames(rules, (rule) => rule.name, paged);
        return { Rules: items.map(describeRule), ...token };
      },
    },
    ...tagOperations(scope),
    ...busOperations(scope),
  };
}

function putRule(scope: BusScope, input: PutRuleCommandInput): { readonly RuleArn: string } {
  refuseUnmodelled(input, ['RoleArn'], 'ValidationException');
  requireDefaultBus(scope, input.EventBusName);
  if (input.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') {
    throw new AwsError('ValidationException', `The simulator does not model the state ${input.State}`);
  }
  const isNew = !scope.bus.rules().some((rule) => rule.name === input.Name);
  const { Name: name = '', Description, EventPattern, ScheduleExpression } = input;
  const rule = scope.bus.putRule({
    name,
    isEnabled: input.State !== 'DISABLED',
    ...(Description !== undefined && { description: Description }),
    ...(EventPattern !== undefined && { eventPattern: EventPattern }),
    ...(ScheduleExpression !== undefined && { scheduleExpression: ScheduleExpression }),
  });
  // "If you are updating an existing rule, any tags you specify in the PutRule operation are not applied" (PutRule).
  if (isNew) scope.tags.add(rule.arn, tagsFrom(input.Tags));
  return { RuleArn: rule.arn };
}

function tagOperations({ bus, tags }: BusScope): Record<string, Operation> {
  const onResource = ({ ResourceARN }: { ResourceARN?: string }) => ({ resources: [ResourceARN ?? ''] });
  const requireRule = (arn = ''): string => {
    if (bus.rules().some((rule) => rule.arn === arn)) return arn;
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
  };
  return {
    TagResource: {
      authorize: onResource,
      run({ ResourceARN, Tags }: TagResourceCommandInput) {
        tags.add(requireRule(ResourceARN), tagsFrom(Tags));
        return {};
      },
    },
    UntagResource: {
      authorize: onResource,
      run({ ResourceARN, TagKeys = [] }: UntagResourceCommandInput) {
        tags.remove(requireRule(ResourceARN), TagKeys);
        return {};
      },
    },
    ListTagsForResource: {
      authorize: onResource,
      run: ({ ResourceARN }: ListTagsForResourceCommandInput) => ({ Tags: tagList(tags.of(requireRule(ResourceARN))) }),
    },
  };
}

/** Every account has the default bus, and here no other. */
function busOperations(scope: BusScope): Record<string, Operation> {
  const bus = { Name: 'default', Arn: scope.busArn };
  return {
    DescribeEventBus: {
      authorize: ({ Name = 'default' }: DescribeEventBusCommandInput) => ({
        resources: [Name.startsWith('arn:') ? Name : scope.busArn.replace(/default$/, Name)],
      }),
      run({ Name }: DescribeEventBusCommandInput) {
        requireDefaultBus(scope, Name);
        return bus;
      },
    },
    ListEventBuses: {
      authorize: () => ({ resources: [scope.busArn.replace(/default$/, '*')] }),
      run({ NamePrefix = '', ...paged }: ListEventBusesCommandInput) {
        const buses = [bus].filter(({ Name }) => Name.startsWith(NamePrefix));
        const { items, token } = pageOfNames(buses, ({ Name }) => Name, paged);
        return { EventBuses: items, ...token };
      },
    },
  };
}

function describeRule(rule: Rule): Record<string, unknown> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    EventBusName: 'default',
    ...(rule.description !== undefined && { Description: rule.description }),
    ...(rule.eventPattern !== undefined && { EventPattern: rule.eventPattern }),
    ...(rule.scheduleExpression !== undefined && { ScheduleExpression: rule.scheduleExpression }),
  };
}
