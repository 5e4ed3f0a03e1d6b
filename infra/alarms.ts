import { capitalize, kebab, type Resource, type Resources, type StackShape } from './resources.ts';

interface Alarm {
  readonly name: string;
  /** What it means and what to do, for whoever it wakes. */
  readonly description: string;
  readonly metric: readonly [namespace: string, metric: string];
  readonly dimension: Readonly<Record<string, unknown>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly periodSeconds: number;
  /** How many periods in a row. */
  readonly periods: number;
  readonly threshold: number;
  readonly below?: true;
}

/**
 * The alarms about Ebbtide's own health: every queue and every function has its own, so that the one that rings names
 * the place. All go to the alert topic.
 */
export function makeAlarms(shape: StackShape): Resources {
  const alarms = [
    ...shape.failureQueues.map(failedEvents),
    ...shape.sourceQueues.map(lateEvents),
    ...shape.streamReaders.map(lateRecords),
    ...shape.functionNames.flatMap((name) => [functionErrors(name), functionThrottles(name)]),
    missingSweep(),
  ];
  return Object.fromEntries(
    alarms.map((alarm) => [`${alarm.name.split('-').map(capitalize).join('')}Alarm`, toResource(alarm)]),
  );
}

function failedEvents(queue: string): Alarm {
  const undelivered = queue === 'UndeliveredQueue';
  return {
    name: `${kebab(queue)}-not-empty`,
    description: undelivered
      ? 'EventBridge could not deliver events to Ebbtide. The sweep makes up for them within minutes. Read a message ' +
        'of the queue: its attributes ERROR_CODE and ERROR_MESSAGE say why. Usually a policy of a queue or function ' +
        'was changed by hand: deploy the stack again. Then delete the messages.'
      : 'Ebbtide could not process events. The sweep looks at the same instances once a minute, so drains usually ' +
        'go on. Read a message of the queue (without deleting it): it has the event and, where known, the reason. ' +
        'Look for its messageId in the logs. When the cause is mended, redrive the queue, or delete the messages.',
    metric: ['AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
    dimension: { Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } },
    statistic: 'Maximum',
    periodSeconds: 60,
    periods: 1,
    threshold: 1,
  };
}

/** Twice the visibility timeout and more: a single failed batch, tried again, is not late yet. */
function lateEvents(queue: string): Alarm {
  return {
    name: `${kebab(queue)}-late`,
    description:
      'Events have been waiting for Ebbtide for more than 10 minutes. The sweep still looks at every troubled ' +
      'instance once a minute. Look at the errors and throttles of the function that this queue feeds, and whether ' +
      'its event source mapping is enabled.',
    metric: ['AWS/SQS', 'ApproximateAgeOfOldestMessage'],
    dimension: { Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } },
    statistic: 'Maximum',
    periodSeconds: 60,
    periods: 3,
    threshold: 600,
  };
}

/** Everything behind a record that cannot be handled waits: after half a day they are given up. */
function lateRecords(functionName: string): Alarm {
  return {
    name: `${kebab(functionName)}-late`,
    description:
      `Ebbtide's function ${functionName} is more than 10 minutes behind what was recorded: events about incidents ` +
      'come late, or not at all after 12 hours. Draining, repairing and alerts go on. Look at the errors and throttles ' +
      'of the function, and whether its event source mapping is enabled. When the cause is mended it catches up.',
    metric: ['AWS/Lambda', 'IteratorAge'],
    dimension: functionDimension(functionName),
    statistic: 'Maximum',
    periodSeconds: 60,
    periods: 3,
    threshold: 600_000,
  };
}

/** One error is tried again by the queue, or by the next sweep: nobody need know. */
function functionErrors(functionName: string): Alarm {
  return {
    name: `${kebab(functionName)}-errors`,
    description:
      `Ebbtide's function ${functionName} failed 3 times or more in each of two periods of 5 minutes. Read its log ` +
      'group for the errors: AccessDenied means that a role or a service control policy was changed; a ' +
      'ConfigurationError names the settings that are wrong; timeouts mean that AWS answers slowly.',
    metric: ['AWS/Lambda', 'Errors'],
    dimension: functionDimension(functionName),
    statistic: 'Sum',
    periodSeconds: 300,
    periods: 2,
    threshold: 3,
  };
}

function functionThrottles(functionName: string): Alarm {
  return {
    name: `${kebab(functionName)}-throttles`,
    description:
      `Lambda has been refusing to run Ebbtide's function ${functionName} for 15 minutes: the account has no ` +
      'concurrency left. See which functions use it (metric ConcurrentExecutions), and ask AWS for a higher quota.',
    metric: ['AWS/Lambda', 'Throttles'],
    dimension: functionDimension(functionName),
    statistic: 'Sum',
    periodSeconds: 300,
    periods: 3,
    threshold: 1,
  };
}

/** A function that does not run publishes nothing, so this alarm tells when it has no data. */
function missingSweep(): Alarm {
  return {
    name: 'sweep-missing',
    description:
      'The sweep has not run for 5 minutes. Until it does, a drain whose events were lost stays stuck, and ' +
      'disconnected agents go unnoticed. Check that the rule of the schedule is enabled, and the throttles and ' +
      'reserved concurrency of the function.',
    metric: ['AWS/Lambda', 'Invocations'],
    dimension: functionDimension('sweep'),
    statistic: 'Sum',
    periodSeconds: 60,
    periods: 5,
    threshold: 1,
    below: true,
  };
}

function functionDimension(functionName: string): Readonly<Record<string, unknown>> {
  return { Name: 'FunctionName', Value: { Ref: `${capitalize(functionName)}LambdaFunction` } };
}

function toResource(alarm: Alarm): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      // The topic's policy lets in the alarms with this prefix.
      AlarmName: { 'Fn::Sub': `\${AWS::StackName}-${alarm.name}` },
      AlarmDescription: alarm.description,
      Namespace: alarm.metric[0],
      MetricName: alarm.metric[1],
      Dimensions: [alarm.dimension],
      Statistic: alarm.statistic,
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.periods,
      Threshold: alarm.threshold,
      ComparisonOperator: alarm.below ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
      // A queue that is not used, and a function that does not run, publish nothing: without this an alarm that has
      // rung would never be over. Where nothing is what must be noticed, the alarm says that it has no data: as
      // breaching it would ring once whenever the stack is first made.
      TreatMissingData: alarm.below ? 'missing' : 'notBreaching',
      ...(alarm.below && { InsufficientDataActions: [{ Ref: 'AlertTopic' }] }),
      // No word when it is over: CloudWatch would also send one for each alarm whenever the stack is first made.
      AlarmActions: [{ Ref: 'AlertTopic' }],
    },
  };
}
