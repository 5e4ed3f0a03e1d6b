import { capitalize, type Resources, type StackShape } from './resources.ts';

type Metric = readonly unknown[];

interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly stat: 'Sum' | 'Maximum';
}

/**
 * One page: are the alarms quiet, what did Ebbtide do, and do its queues and functions keep up.
 *
 * @param alarmIds logical ids of the alarms to show
 */
export function makeDashboard(shape: StackShape, alarmIds: readonly string[]): Resources {
  const queue = (metric: string) => (id: string) => ['AWS/SQS', metric, 'QueueName', `\${${id}.QueueName}`];
  const lambda = (metric: string) => (name: string) => [
    'AWS/Lambda',
    metric,
    'FunctionName',
    `\${${capitalize(name)}LambdaFunction}`,
  ];
  const graphs: Graph[] = [
    { title: 'What Ebbtide did', metrics: [[{ expression: outcomes }]], stat: 'Sum' },
    {
      title: 'Events that failed',
      metrics: shape.failureQueues.map(queue('ApproximateNumberOfMessagesVisible')),
      stat: 'Maximum',
    },
    {
      title: 'Seconds that the oldest event has waited',
      metrics: shape.sourceQueues.map(queue('ApproximateAgeOfOldestMessage')),
      stat: 'Maximum',
    },
    { title: 'Invocations', metrics: shape.functionNames.map(lambda('Invocations')), stat: 'Sum' },
    { title: 'Errors', metrics: shape.functionNames.map(lambda('Errors')), stat: 'Sum' },
    { title: 'Duration, milliseconds', metrics: shape.functionNames.map(lambda('Duration')), stat: 'Maximum' },
  ];
  const alarms = { type: 'alarm', ...place(0, 24, 3), properties: { alarms: alarmIds.map((id) => `\${${id}.Arn}`) } };
  const widgets = graphs.map((graph, index) => ({
    type: 'metric',
    ...place(index, 8, 6, 3),
    properties: { ...graph, region: `\${AWS::Region}`, period: 300, view: 'timeSeries' },
  }));
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: { Ref: 'AWS::StackName' },
        DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: [alarms, ...widgets] }) },
      },
    },
  };
}

/** Every metric of Ebbtide's own, whichever there are. */
const outcomes = "SEARCH('{Ebbtide,service}', 'Sum', 300)";

/** From left to right and top to bottom in a grid of 24 columns. */
function place(index: number, width: number, height: number, top = 0) {
  const perRow = 24 / width;
  return { x: (index % perRow) * width, y: top + Math.floor(index / perRow) * height, width, height };
}
