import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { AutoScalingGroupName } from '../domain/model.ts';
import { clusterTagsSchema } from './common.ts';

export interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

const groupMemorySchema = z.object({
  clusterArn: z.string(),
  hooks: z.array(
    z.object({
      name: z.string(),
      groupName: z.string(),
      transition: z.string(),
      heartbeatTimeoutSeconds: z.number(),
      globalTimeoutSeconds: z.number(),
      defaultResult: z.string(),
    }),
  ),
  /** What the cluster's tags said then: for when AWS does not answer, and they cannot be read. */
  clusterTags: clusterTagsSchema.optional(),
  readAtMs: z.number(),
  /** When the hooks were read, if later. */
  hooksReadAtMs: z.number().optional(),
});

/** What was last found out about an Auto Scaling group. It saves calls and is never trusted to say that something is not so. */
export type GroupMemory = z.infer<typeof groupMemorySchema>;

/** After this long, what is remembered of a group is read anew: somebody may have changed its hooks. */
const MEMORY_MS = 3_600_000;

/** A timeout that is taken for longer than it is costs a hook its heartbeat: that of a hook is believed only this long. */
const HOOKS_MS = 60_000;

/** The group's hooks, unless they were read so long ago that somebody may have changed them. */
export function recentHooks(memory: GroupMemory | undefined, nowMs: number): GroupMemory['hooks'] | undefined {
  if (memory === undefined) return undefined;
  return nowMs - (memory.hooksReadAtMs ?? memory.readAtMs) < HOOKS_MS ? memory.hooks : undefined;
}

export async function recallGroup(
  { client, tableName }: Table,
  groupName: AutoScalingGroupName,
  nowMs: number,
): Promise<GroupMemory | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: { id: { S: groupId(groupName) } } }),
  );
  const memory = Item === undefined ? undefined : groupMemorySchema.safeParse(unmarshall(Item)).data;
  return memory !== undefined && nowMs - memory.readAtMs < MEMORY_MS ? memory : undefined;
}

export async function rememberGroup(
  { client, tableName }: Table,
  groupName: AutoScalingGroupName,
  memory: GroupMemory,
): Promise<void> {
  const item = { id: groupId(groupName), ...memory, expiresAt: Math.floor((memory.readAtMs + MEMORY_MS) / 1_000) };
  await client.send(
    new PutItemCommand({ TableName: tableName, Item: marshall(item, { removeUndefinedValues: true }) }),
  );
}

function groupId(groupName: AutoScalingGroupName): string {
  return `group#${groupName}`;
}

/**
 * Takes the sweep's turn until `untilMs`, unless another sweep holds it. A sweep that dies holds it no longer than that.
 *
 * @returns whether the turn is ours
 */
export async function takeSweepTurn(
  { client, tableName }: Table,
  turn: { readonly holder: string; readonly nowMs: number; readonly untilMs: number },
): Promise<boolean> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: marshall({ id: 'sweep', holder: turn.holder, untilMs: turn.untilMs }),
        // Ours already: DynamoDB did take it, and the SDK tried again because the answer was lost.
        ConditionExpression: 'attribute_not_exists(id) OR untilMs <= :now OR holder = :holder',
        ExpressionAttributeValues: { ':now': { N: String(turn.nowMs) }, ':holder': { S: turn.holder } },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

/** Gives the turn back early. Harmless when it has passed to somebody else. */
export async function endSweepTurn({ client, tableName }: Table, holder: string): Promise<void> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: marshall({ id: 'sweep', holder, untilMs: 0 }),
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': { S: holder } },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
  }
}
