import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  GetItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  TransactGetItemsCommandInput,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Operation, SimulatedService } from '../../wire/service.ts';
import { batchGet, batchWrite } from './batch.ts';
import { project } from './path-tree.ts';
import { query } from './query.ts';
import { type ExpressionParameters, parseExpressions } from './request-expressions.ts';
import { scan } from './scan.ts';
import { checkKey } from './schema.ts';
import { type Replication, type Table, USUAL_REPLICATION } from './table.ts';
import { tableOperations } from './table-operations.ts';
import { transactGet } from './transact-get.ts';
import { actionOf, Transactions } from './transaction.ts';
import { type Item, parseItem } from './value.ts';
import {
  checkReturnValues,
  type PreparedWrite,
  prepareDelete,
  preparePut,
  prepareUpdate,
  returnedAttributes,
  runWrite,
  type WriteInput,
} from './write.ts';

type TableInput = { readonly TableName?: string | undefined };

/** The tables of the account and region, by name. */
export type Tables = Map<string, Table>;

/** The DynamoDB API (JSON 1.0), with expressions and without the parameters that they replaced. */
export function createDynamoDbService(
  kernel: Kernel,
  tables: Tables,
  replication: Replication = USUAL_REPLICATION,
): SimulatedService {
  const anyTable = (name: string | undefined): Table => {
    // A table may be named by its ARN.
    const own = name?.split('/')[1] ?? name ?? '';
    const table = tables.get(own);
    if (table !== undefined) return table;
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${own} not found`);
  };
  const tableOf = (name: string | undefined): Table => {
    const table = anyTable(name);
    if (table.status === 'ACTIVE') return table;
    throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
  };
  const { region, accountId } = kernel.place;
  const arnOf = (name: string | undefined) =>
    name?.startsWith('arn:') ? name : `arn:aws:dynamodb:${region}:${accountId}:table/${name ?? ''}`;
  const onTable = (input: TableInput): Authorization => ({ resources: [arnOf(input.TableName)] });
  const transactions = new Transactions(kernel, tableOf);

  const writing = (
    prepare: (table: Table, input: WriteInput) => PreparedWrite,
    returnable: readonly string[],
  ): Operation => ({
    authorize: (input: WriteInput & TableInput) => ({
      ...onTable(input),
      ...(input.ReturnValues !== undefined && { conditions: { 'dynamodb:ReturnValues': input.ReturnValues } }),
    }),
    run(input: WriteInput & TableInput) {
      checkReturnValues(input, returnable);
      const write = prepare(tableOf(input.TableName), input);
      return returnedAttributes(input.ReturnValues, write, runWrite(write));
    },
  });

  const reading = ({ TableName, IndexName, Select }: TableInput & { IndexName?: string; Select?: string }) => {
    const arn = arnOf(TableName);
    return {
      resources: [IndexName === undefined ? arn : `${arn}/index/${IndexName}`],
      ...(Select !== undefined && { conditions: { 'dynamodb:Select': Select } }),
    };
  };

  const operations: Record<string, Operation> = {
    ...tableOperations({ kernel, tables, replication, anyTable, onTable }),
    GetItem: {
      authorize: onTable,
      run(input: GetItemCommandInput) {
        const { projection } = parseExpressions(input as ExpressionParameters);
        const table = tableOf(input.TableName);
        const key = checkKey(table.schema, parseItem((input.Key ?? {}) as Item));
        const item = table.get(key, input.ConsistentRead === true);
        return item ? { Item: projection ? project(item, projection) : item } : {};
      },
    },
    PutItem: writing(preparePut, ['ALL_OLD', 'NONE']),
    DeleteItem: writing(prepareDelete, ['ALL_OLD', 'NONE']),
    UpdateItem: writing(prepareUpdate, ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']),
    Query: {
      authorize: reading,
      run: (input: QueryCommandInput) => query(tableOf(input.TableName), input),
    },
    Scan: {
      authorize: reading,
      run: (input: ScanCommandInput) => scan(tableOf(input.TableName), input),
    },
    BatchGetItem: {
      authorize: (input: BatchGetItemCommandInput) => ({ resources: Object.keys(input.RequestItems ?? {}).map(arnOf) }),
      run: (input: BatchGetItemCommandInput) => batchGet(tableOf, input),
    },
    BatchWriteItem: {
      authorize: (input: BatchWriteItemCommandInput) => ({
        resources: Object.keys(input.RequestItems ?? {}).map(arnOf),
      }),
      run: (input: BatchWriteItemCommandInput) => batchWrite(tableOf, input),
    },
    TransactGetItems: {
      authorize: ({ TransactItems = [] }: TransactGetItemsCommandInput) =>
        TransactItems.map(({ Get }) => ({ action: 'dynamodb:GetItem', resources: [arnOf(Get?.TableName)] })),
      run: (input: TransactGetItemsCommandInput) => transactGet(tableOf, input),
    },
    TransactWriteItems: {
      // "IAM with DynamoDB transactions": the permissions of the actions inside; the call has none of its own.
      authorize: ({ TransactItems = [] }: TransactWriteItemsCommandInput) =>
        TransactItems.map((entry) => {
          const [name, { TableName }] = actionOf(entry);
          return {
            action: `dynamodb:${name === 'ConditionCheck' ? 'ConditionCheckItem' : `${name}Item`}`,
            resources: [arnOf(TableName)],
          };
        }),
      run(input: TransactWriteItemsCommandInput) {
        transactions.write(input);
        return {};
      },
    },
  };
  return { name: 'dynamodb', protocol: 'awsJson1_0', schemas: { ...dynamodb }, operations };
}
