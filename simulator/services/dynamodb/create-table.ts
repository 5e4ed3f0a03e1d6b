import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Random } from '../../kernel/random.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { refuseUnmodelled } from '../unmodelled.ts';
import { invalidParameterValues, validationError } from './errors.ts';
import { Table } from './table.ts';
import { parseSchema, parseStreamView } from './table-definition.ts';
import type { TableScope } from './table-operations.ts';

const UNMODELLED = [
  'LocalSecondaryIndexes',
  'SSESpecification',
  'WarmThroughput',
  'ResourcePolicy',
  'OnDemandThroughput',
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'VectorIndexes',
];
/** Not published: a table of an empty account is ACTIVE within seconds. */
export const CREATION = { medianMs: 5_000, p99Ms: 20_000 };

/** CreateTable: checked at once, ACTIVE a little later. */
export function createTable(
  { kernel, tables, replication }: TableScope,
  random: Random,
  input: CreateTableCommandInput,
): Table {
  refuseUnmodelled(input, UNMODELLED, 'ValidationException');
  checkBilling(input);
  const tableName = input.TableName?.split('/')[1] ?? input.TableName ?? '';
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(tableName)) {
    throw validationError(
      'TableName must be at least 3 characters long and at most 255 characters long, and only of a-z, A-Z, 0-9, _, . and -',
    );
  }
  const properties = propertiesOf(input);
  const { schema, streamView } = asValidation(() => ({
    schema: parseSchema(tableName, properties),
    streamView: input.StreamSpecification?.StreamEnabled ? parseStreamView(properties) : undefined,
  }));
  if (tables.has(tableName)) throw new AwsError('ResourceInUseException', `Table already exists: ${tableName}`);
  const table = new Table(kernel, {
    schema,
    replication,
    streamView,
    isProtected: input.DeletionProtectionEnabled === true,
  });
  table.status = 'CREATING';
  tables.set(tableName, table);
  kernel.clock.after(random.latencyMs(CREATION.medianMs, CREATION.p99Ms), () => {
    table.status = 'ACTIVE';
  });
  return table;
}

function propertiesOf(input: CreateTableCommandInput): Readonly<Record<string, unknown>> {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, StreamSpecification } = input;
  const stream = StreamSpecification && { StreamViewType: StreamSpecification.StreamViewType };
  return {
    AttributeDefinitions,
    KeySchema,
    ...(GlobalSecondaryIndexes !== undefined && { GlobalSecondaryIndexes }),
    ...(stream && { StreamSpecification: stream }),
  };
}

/** Provisioned capacity would have to throttle, which the simulator does not. */
function checkBilling({
  BillingMode,
  ProvisionedThroughput,
  TableClass,
  GlobalSecondaryIndexes = [],
}: CreateTableCommandInput): void {
  if (TableClass !== undefined && TableClass !== 'STANDARD') {
    throw validationError(`The simulator does not model the table class ${TableClass}`);
  }
  if (BillingMode === 'PAY_PER_REQUEST') {
    if (ProvisionedThroughput !== undefined) {
      throw invalidParameterValues(
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
      );
    }
    const provisioned = GlobalSecondaryIndexes.find((index) => index.ProvisionedThroughput !== undefined);
    if (provisioned === undefined) return;
    throw invalidParameterValues(
      `ProvisionedThroughput should not be specified for index: ${provisioned.IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (ProvisionedThroughput === undefined) {
    throw invalidParameterValues(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  }
  throw validationError('The simulator models tables on demand only: BillingMode must be PAY_PER_REQUEST');
}

/** What CloudFormation calls an invalid request is a validation error here. */
function asValidation<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof AwsError ? validationError(error.message) : error;
  }
}
