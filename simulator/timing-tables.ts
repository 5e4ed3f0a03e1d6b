import { CREATION } from './services/dynamodb/create-table.ts';
import { USUAL_REPLICATION } from './services/dynamodb/table.ts';
import { DELETION } from './services/dynamodb/table-operations.ts';
import { DELIVERY_LATENCY } from './services/event-bridge/delivery-times.ts';
import { LIMITS, type NamedDuration, TIMING } from './services/fleet-timing.ts';
import { COLD_START, DISPATCH } from './services/lambda/lambda.ts';
import { DELIVERY_LATENCY as SNS_DELIVERY_LATENCY } from './services/sns/fan-out.ts';
import { POLL_LATENCY } from './services/sqs/event-source-mapping.ts';
import { DELIVERY, VISIBLE_AFTER } from './services/ssm/commands.ts';
import { SWITCHES } from './services/undocumented.ts';
import { DEFAULT_LATENCY } from './wire/wire.ts';

type NamedDurations = Readonly<Record<string, NamedDuration>>;

/** Everything that takes a drawn time, under the folder and the name that its constant has. */
export const DURATIONS: NamedDurations = {
  'wire/DEFAULT_LATENCY': {
    ...DEFAULT_LATENCY,
    what: 'An API call, from request to answer; it takes effect somewhere in between',
  },
  ...Object.fromEntries(Object.entries(TIMING).map(([name, duration]) => [`services/${name}`, duration])),
  'event-bridge/DELIVERY_LATENCY': {
    ...DELIVERY_LATENCY,
    what: 'EventBridge: from an event to its delivery, for each target by itself',
  },
  'sns/DELIVERY_LATENCY': {
    ...SNS_DELIVERY_LATENCY,
    what: 'SNS: from a message to its delivery, for each subscription',
  },
  'sqs/POLL_LATENCY': { ...POLL_LATENCY, what: 'Lambda: until a poller of a queue notices a message' },
  'lambda/COLD_START': {
    ...COLD_START,
    what: 'Lambda: a new execution environment, before the module is loaded',
  },
  'lambda/DISPATCH': { ...DISPATCH, what: 'Lambda: from the invocation to the handler' },
  'dynamodb/CREATION': { ...CREATION, what: 'DynamoDB: from CreateTable to ACTIVE' },
  'dynamodb/DELETION': { ...DELETION, what: 'DynamoDB: from DeleteTable to the end of the table' },
  'dynamodb/USUAL_REPLICATION': {
    ...USUAL_REPLICATION,
    what: 'DynamoDB: how far an eventually consistent copy lags',
  },
  'ssm/VISIBLE_AFTER': {
    ...VISIBLE_AFTER,
    what: 'Systems Manager: from SendCommand until the invocation can be read',
  },
  'ssm/DELIVERY': { ...DELIVERY, what: 'Systems Manager: from SendCommand until the host runs it' },
};

/** What the fixed limits mean, where they come from, and in what they are counted. */
const LIMIT_NOTES: Readonly<Record<keyof typeof LIMITS, string>> = {
  agentConnectionMs: "A connection of the agent ends after this long (agent's source)",
  agentConnectionJitterMs: 'plus up to this, drawn evenly',
  inactiveDescribableMs: 'An INACTIVE container instance is still described (ContainerInstance)',
  stoppedTaskDescribableMs: 'A STOPPED task is still described and listed (ListTasks, DescribeTasks)',
  terminatedInstanceDescribableMs: 'A terminated EC2 instance is still described (EC2 User Guide, Terminate instances)',
  healthyAfterRunningMs:
    'A task without load balancer and health check counts as healthy (container-instance-draining)',
  stopTimeoutDefaultSeconds: 'From the stop signal to the kill, without a `stopTimeout` (task_definition_parameters)',
  clientTokenMs: 'A client token of RunTask is remembered (Ensuring idempotency)',
  serviceEvents: 'Events that a service keeps (service-event-messages)',
  troubleRepeatedAfterMs: 'A trouble that lasts is told again in the events of its service (service-event-messages)',
  placementRetryMinMs: 'The scheduler tries again to place a task, at first after this long (not published)',
  placementRetryMaxMs: 'and at last after this long, doubling; at once when capacity appears (not published)',
  hookHeartbeatDefaultSeconds: 'A lifecycle hook without a heartbeat timeout (PutLifecycleHook)',
  hookGlobalMaxSeconds: 'A lifecycle action ends at the latest (PutLifecycleHook)',
  hookGlobalHeartbeats: 'or after this many heartbeat timeouts, whichever is sooner',
  spotNoticeMs: 'From the Spot interruption warning to the reclaim (Spot Instance interruption notices)',
};

export function durationsTable(): string {
  const rows = Object.values(DURATIONS).map(
    ({ what, medianMs, p99Ms }) => `| ${what} | ${inWords(medianMs)} | ${inWords(p99Ms)} |`,
  );
  return ['| what | median | one in a hundred takes longer than |', '|---|---|---|', ...rows].join('\n');
}

export function limitsTable(): string {
  const rows = Object.entries(LIMIT_NOTES).map(([name, note]) => {
    const value = LIMITS[name as keyof typeof LIMITS];
    const isTime = name.endsWith('Ms') || name.endsWith('Seconds');
    return `| ${note} | ${isTime ? inWords(value * (name.endsWith('Ms') ? 1 : 1_000)) : value} |`;
  });
  return ['| what | value |', '|---|---|', ...rows].join('\n');
}

export function switchesTable(): string {
  const rows = Object.entries(SWITCHES).map(
    ([name, { initial, what }]) =>
      `| \`${name}\` | ${what} | ${typeof initial === 'number' ? inWords(initial) : initial} |`,
  );
  return ['| switch | what AWS does not say | default |', '|---|---|---|', ...rows].join('\n');
}

/** 90000 -> 90 s; 5400000 -> 90 min. */
function inWords(ms: number): string {
  const units = [
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const;
  const [size, unit] = units.find(([size]) => ms >= 2 * size || ms === size) ?? [1, 'ms'];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}
