import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { validationError } from './errors.ts';
import type { Table } from './table.ts';
import { canonicalText, type Item } from './value.ts';
import {
  meets,
  type PreparedWrite,
  prepareCheck,
  prepareDelete,
  preparePut,
  prepareUpdate,
  store,
  type WriteInput,
} from './write.ts';

/** "TransactWriteItems" API reference. */
const ACTIONS_MAX = 100;
const TOKEN_LIFE_MS = 600_000;

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

const PREPARE = { Put: preparePut, Delete: prepareDelete, Update: prepareUpdate, ConditionCheck: prepareCheck };
export type TransactAction = keyof typeof PREPARE;

/** The one action of an entry, with its input. */
export function actionOf(entry: TransactWriteItem): readonly [TransactAction, WriteInput & { TableName?: string }] {
  const given = (Object.keys(PREPARE) as TransactAction[]).filter((name) => entry[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  return [name, entry[name] as WriteInput & { TableName?: string }];
}

/** All writes or none, in one instant; a client token makes a repeated request a no-op for ten minutes. */
export class Transactions {
  readonly #kernel: Kernel;
  readonly #tableOf: (name: string | undefined) => Table;
  readonly #tokens = new Map<string, { readonly request: string; readonly untilMs: number }>();

  constructor(kernel: Kernel, tableOf: (name: string | undefined) => Table) {
    this.#kernel = kernel;
    this.#tableOf = tableOf;
  }

  write({ TransactItems = [], ClientRequestToken: token }: TransactWriteItemsCommandInput): void {
    if (TransactItems.length < 1 || TransactItems.length > ACTIONS_MAX) {
      throw validationError(
        `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${TransactItems.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${ACTIONS_MAX}`}`,
      );
    }
    if (token !== undefined && this.#isRepeated(token, JSON.stringify(TransactItems))) return;
    const writes = TransactItems.map((entry) => {
      const [name, input] = actionOf(entry);
      return PREPARE[name](this.#tableOf(input.TableName), input);
    });
    checkDistinct(writes);
    const outcomes = writes.map(evaluate);
    const reasons = outcomes.map(({ reason }) => reason);
    if (reasons.some(({ Code }) => Code !== 'None')) {
      const codes = reasons.map(({ Code }) => Code).join(', ');
      throw new AwsError(
        'TransactionCanceledException',
        `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
        { members: { CancellationReasons: reasons } },
      );
    }
    for (const { write, before, after } of outcomes) store(write, before, after);
    if (token !== undefined) this.#remember(token, JSON.stringify(TransactItems));
  }

  #isRepeated(token: string, request: string): boolean {
    const known = this.#tokens.get(token);
    if (known === undefined || known.untilMs < this.#kernel.clock.now()) return false;
    if (known.request === request) return true;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The request was made with the same client token, but other parameters',
    );
  }

  #remember(token: string, request: string): void {
    this.#tokens.set(token, { request, untilMs: this.#kernel.clock.now() + TOKEN_LIFE_MS });
  }
}

function checkDistinct(writes: readonly PreparedWrite[]): void {
  const names = writes.map(({ table, key }) => `${table.arn}/${canonicalText({ M: key })}`);
  if (new Set(names).size < names.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
}

function evaluate(write: PreparedWrite): {
  readonly write: PreparedWrite;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly reason: Reason;
} {
  const before = write.table.get(write.key, true);
  if (!meets(write, before)) {
    const shown = write.showsItem && before ? { Item: before } : {};
    const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...shown };
    return { write, before, after: undefined, reason };
  }
  try {
    return { write, before, after: write.next(before), reason: { Code: 'None' } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { write, before, after: undefined, reason: { Code: 'ValidationError', Message: error.message } };
  }
}
