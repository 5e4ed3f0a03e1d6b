import type { StreamRecord } from '../../../simulator/services/dynamodb/stream.ts';
import { createWorld, type Handler, type World } from '../messaging-world.ts';

export const TableName = 'incidents';
export const DAY_MS = 86_400_000;

/** A table with a stream, and a function that reads it. */
export function setUp(mapping: Record<string, unknown> = {}, handler?: Handler): World {
  const world = createWorld(handler);
  const { streamArn } = createTable(world);
  createMapping(world, streamArn, mapping);
  return world;
}

export function createTable(world: World, StreamViewType = 'NEW_AND_OLD_IMAGES'): { streamArn: string } {
  const provider = world.messaging.providers['AWS::DynamoDB::Table'];
  const table = provider?.create(
    {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType },
    },
    { logicalId: 'Table', stackName: 'stack' },
  );
  return { streamArn: table?.attributes.StreamArn ?? '' };
}

export function createMapping(world: World, EventSourceArn: string, properties: Record<string, unknown>): void {
  world.create('AWS::Lambda::EventSourceMapping', {
    FunctionName: 'tell',
    EventSourceArn,
    StartingPosition: 'TRIM_HORIZON',
    ...properties,
  });
}

export function put(world: World, id: string, version: number, rest: object = {}): void {
  world.call('dynamodb', 'PutItem', { TableName, Item: { id: { S: id }, version: { N: String(version) }, ...rest } });
}

export function recordsOf(payload: unknown): StreamRecord[] {
  return (payload as { Records: StreamRecord[] }).Records;
}

/** `id` and version of each record of each invocation. */
export function seen(world: World): string[][] {
  return world.invocations.map(({ payload }) => recordsOf(payload).map(nameOf));
}

export function nameOf({ dynamodb }: StreamRecord): string {
  const { id, version } = dynamodb.NewImage as { id: { S: string }; version: { N: string } };
  return `${id.S}${version.N}`;
}

export const failing = (isBad: (record: StreamRecord) => boolean): Handler => {
  return (payload) =>
    recordsOf(payload).some(isBad)
      ? { outcome: 'error', errorType: 'Error', errorMessage: 'no' }
      : { outcome: 'success', payload: undefined };
};
