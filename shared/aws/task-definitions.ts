import { DescribeTaskDefinitionCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { inBatches } from './batches.ts';
import { isResourceRejected, required } from './errors.ts';

/**
 * API Reference, ContainerDefinition, stopTimeout. On EC2 an agent may be configured otherwise
 * (ECS_CONTAINER_STOP_TIMEOUT), which no API tells.
 */
const STOP_TIMEOUT_DEFAULT_SECONDS = 30;

/** Per client, that is per account and region: a task definition never changes, so it is asked for once. */
const remembered = new WeakMap<ECSClient, Map<string, number>>();

/**
 * How long (seconds) after the stop signal the last container of a task is killed at the latest, by task definition: the
 * longest stopTimeout among its containers. Those that depend on each other stop one after another, which takes longer.
 * Task definitions that ECS no longer describes (deleted, or INACTIVE and unused) are left out.
 */
export async function describeStopTimeouts(
  ecs: ECSClient,
  taskDefinitionArns: readonly string[],
): Promise<Map<string, number>> {
  const known = remembered.get(ecs) ?? new Map<string, number>();
  remembered.set(ecs, known);
  const found = new Map<string, number>();
  // One at a time, as the operation wants it.
  for (const [arn = ''] of inBatches(taskDefinitionArns, 1)) {
    const seconds = known.get(arn) ?? (await describeStopTimeout(ecs, arn));
    if (seconds === undefined) continue;
    known.set(arn, seconds);
    found.set(arn, seconds);
  }
  return found;
}

async function describeStopTimeout(ecs: ECSClient, taskDefinition: string): Promise<number | undefined> {
  try {
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const { containerDefinitions = [] } = required(answer, 'taskDefinition', taskDefinition);
    const timeouts = containerDefinitions.map(({ stopTimeout }) => stopTimeout ?? STOP_TIMEOUT_DEFAULT_SECONDS);
    return timeouts.length > 0 ? Math.max(...timeouts) : STOP_TIMEOUT_DEFAULT_SECONDS;
  } catch (error) {
    if (isResourceRejected(error)) return undefined;
    throw error;
  }
}
