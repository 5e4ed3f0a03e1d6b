import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createKernel, type Kernel } from '../../../simulator/kernel/kernel.ts';
import { createDynamoDbService } from '../../../simulator/services/dynamodb/operations.ts';
import { createTableProvider } from '../../../simulator/services/dynamodb/provider.ts';
import { IMMEDIATE_REPLICATION, type Table } from '../../../simulator/services/dynamodb/table.ts';
import { Credentials } from '../../../simulator/wire/credentials.ts';
import { createRequestHandler } from '../../../simulator/wire/sdk-client.ts';
import { settle } from '../../../simulator/wire/settle.ts';
import { createWire } from '../../../simulator/wire/wire.ts';

/** One official client for dynalite on loopback, and one for the simulator in this process, with the same tables. */
export interface BothClients {
  /** Sends a command to both; an error is its name, with no items. */
  compare(command: () => object): Promise<{ readonly simulator: unknown; readonly dynalite: unknown }>;
  /** Gives tables that are created or deleted the time to be so. */
  wait(): Promise<void>;
  close(): Promise<void>;
}

/** A table whose keys are of both kinds, with an index of its own. */
export function contractTable(
  TableName: string,
  index: Pick<GlobalSecondaryIndex, 'KeySchema' | 'Projection'>,
): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'gk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [{ IndexName: 'byGk', ...index }],
  };
}

const CREDENTIALS = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'secret' };

export async function openBoth(schema: CreateTableCommandInput): Promise<BothClients> {
  const kernel = createKernel({ seed: 1 });
  const simulated = createSimulatedClient(kernel, schema);
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  await real.send(new CreateTableCommand(schema));
  await tablesSettle(real);
  return {
    async compare(command) {
      const answer = settle(kernel.clock, outcomeOf(simulated, command()));
      return { simulator: await answer, dynalite: await outcomeOf(real, command()) };
    },
    async wait() {
      await kernel.clock.runFor(60_000);
      await tablesSettle(real);
    },
    async close() {
      real.destroy();
      simulated.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** dynalite's tables change in real time: they are asked for until they have. */
async function tablesSettle(client: DynamoDBClient): Promise<void> {
  for (;;) {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const statuses = await Promise.all(
      TableNames.map((TableName) =>
        client.send(new DescribeTableCommand({ TableName })).then(
          ({ Table }) => Table?.TableStatus,
          () => 'GONE',
        ),
      ),
    );
    if (statuses.every((status) => status === 'ACTIVE')) return;
  }
}

function createSimulatedClient(kernel: Kernel, schema: CreateTableCommandInput): DynamoDBClient {
  const tables = new Map<string, Table>();
  const { $unknown: _, ...properties } = { $unknown: undefined, ...schema };
  createTableProvider(kernel, tables, IMMEDIATE_REPLICATION).create(
    { ...properties },
    { logicalId: 'Table', stackName: 'test' },
  );
  const wire = createWire(kernel, [createDynamoDbService(kernel, tables, IMMEDIATE_REPLICATION)], {
    credentials: new Credentials(),
    authorize: () => undefined,
    onDefect(error) {
      throw error;
    },
  });
  return new DynamoDBClient({
    region: 'eu-central-1',
    credentials: CREDENTIALS,
    requestHandler: createRequestHandler(wire),
    maxAttempts: 1,
  });
}

async function outcomeOf(client: DynamoDBClient, command: object): Promise<unknown> {
  try {
    const { $metadata, ...output } = (await client.send(command as CreateTableCommand)) as unknown as Record<
      string,
      unknown
    >;
    return canonical(output);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: error.name };
  }
}

/** Sets in one order, members sorted, no empty attributes: what the two may word differently. */
export function canonical(value: unknown, name = ''): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) {
    const elements = value.map((element) => canonical(element));
    return ['SS', 'NS', 'BS'].includes(name) ? elements.toSorted() : elements;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, member]) => member !== undefined && !(key === 'Attributes' && Object.keys(member).length === 0))
    .map(([key, member]) => [key, canonical(member, key)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
