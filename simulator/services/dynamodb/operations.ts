import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  GetItemCommandInput,
  QueryCommandInput,
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
import { checkKey } from './schema.ts';
import type { Table } from './table.ts';
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
export function createDynamoDbService(kernel: Kernel, tables: Tables): SimulatedService {
  const tableOf = (name: string | undefined): Table => {
    // A table may be named by its ARN.
    const table = tables.get(name?.split('/')[1] ?? name ?? '');
    if (table === undefined) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    return table;
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

  const operations: Record<string, Operation> = {
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
      authorize: (input: QueryCommandInput) => {
        const arn = arnOf(input.TableName);
        return {
          resources: [input.IndexName === undefined ? arn : `${arn}/index/${input.IndexName}`],
          ...(input.Select !== undefined && { conditions: { 'dynamodb:Select': input.Select } }),
        };
      },
      run: (input: QueryCommandInput) => query(tableOf(input.TableName), input),
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
