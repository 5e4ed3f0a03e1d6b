import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeTableCommandInput,
  DescribeTimeToLiveCommandInput,
  ListTablesCommandInput,
  ListTagsOfResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Authorization, Operation } from '../../wire/service.ts';
import { pageByName } from '../name-pages.ts';
import { TagStore, tagList, tagsFrom } from '../tag-store.ts';
import { createTable } from './create-table.ts';
import { describeTable } from './describe-table.ts';
import { validationError } from './errors.ts';
import type { Replication, Table } from './table.ts';
import { TimeToLiveSwitch } from './time-to-live.ts';

export interface TableScope {
  readonly kernel: Kernel;
  readonly tables: Map<string, Table>;
  /** Of tables that are created by API. */
  readonly replication: Replication;
  /** Throws what the API throws for a table that does not exist. */
  anyTable(name: string | undefined): Table;
  onTable(input: { readonly TableName?: string | undefined }): Authorization;
}

const LIST_MAX = 100;
/** Not published: seconds, as everybody sees. */
export const DELETION = { medianMs: 4_000, p99Ms: 15_000 };

export function tableOperations(scope: TableScope): Record<string, Operation> {
  const { kernel, tables, anyTable, onTable } = scope;
  const tags = new TagStore();
  const timeToLive = new TimeToLiveSwitch(kernel);
  const random = kernel.random.fork('dynamodb/tables');
  return {
    CreateTable: {
      authorize: onTable,
      run(input: CreateTableCommandInput) {
        const table = createTable(scope, random, input);
        tags.add(table.arn, tagsFrom(input.Tags));
        return { TableDescription: describeTable(kernel, table) };
      },
    },
    DescribeTable: {
      authorize: onTable,
      run: ({ TableName }: DescribeTableCommandInput) => ({ Table: describeTable(kernel, anyTable(TableName)) }),
    },
    DeleteTable: {
      authorize: onTable,
      run({ TableName }: DeleteTableCommandInput) {
        const table = anyTable(TableName);
        const { tableName } = table.schema;
        checkDeletion(table);
        table.status = 'DELETING';
        table.close();
        tags.forget(table.arn);
        kernel.clock.after(random.latencyMs(DELETION.medianMs, DELETION.p99Ms), () => tables.delete(tableName));
        return { TableDescription: describeTable(kernel, table) };
      },
    },
    ListTables: {
      authorize: () => ({ resources: ['*'] }),
      run({ ExclusiveStartTableName: after = '', Limit = LIST_MAX }: ListTablesCommandInput) {
        const names = [...tables.keys()].filter((name) => name > after);
        const page = pageByName(names, (name) => name, { token: undefined, size: Limit });
        const last = page?.nextToken === undefined ? undefined : page.items.at(-1);
        return { TableNames: page?.items ?? [], ...(last !== undefined && { LastEvaluatedTableName: last }) };
      },
    },
    UpdateTimeToLive: {
      authorize: onTable,
      run({ TableName, TimeToLiveSpecification: given }: UpdateTimeToLiveCommandInput) {
        const { AttributeName = '', Enabled = false } = given ?? {};
        timeToLive.set(anyTable(TableName), AttributeName, Enabled);
        return { TimeToLiveSpecification: { AttributeName, Enabled } };
      },
    },
    DescribeTimeToLive: {
      authorize: onTable,
      run: ({ TableName }: DescribeTimeToLiveCommandInput) => ({
        TimeToLiveDescription: timeToLive.describe(anyTable(TableName)),
      }),
    },
    ...tagOperations(scope, tags),
  };
}

function checkDeletion({ status, isProtected, schema: { tableName } }: Table): void {
  if (status === 'CREATING') {
    throw new AwsError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being created: ${tableName}`,
    );
  }
  if (status === 'DELETING') {
    throw new AwsError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being deleted: ${tableName}`,
    );
  }
  if (isProtected) {
    throw validationError(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
}

function tagOperations({ anyTable }: TableScope, tags: TagStore): Record<string, Operation> {
  const onResource = ({ ResourceArn }: { ResourceArn?: string }) => ({ resources: [ResourceArn ?? ''] });
  return {
    TagResource: {
      authorize: onResource,
      run({ ResourceArn, Tags }: TagResourceCommandInput) {
        tags.add(anyTable(ResourceArn).arn, tagsFrom(Tags));
        return {};
      },
    },
    UntagResource: {
      authorize: onResource,
      run({ ResourceArn, TagKeys = [] }: UntagResourceCommandInput) {
        tags.remove(anyTable(ResourceArn).arn, TagKeys);
        return {};
      },
    },
    ListTagsOfResource: {
      authorize: onResource,
      run({ ResourceArn, NextToken }: ListTagsOfResourceCommandInput) {
        // A table has 50 tags at most: they are one page, whose token nobody was given.
        if (NextToken !== undefined) throw validationError('Invalid NextToken');
        return { Tags: tagList(tags.of(anyTable(ResourceArn).arn)) };
      },
    },
  };
}
