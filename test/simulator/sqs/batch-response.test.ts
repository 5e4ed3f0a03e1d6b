import { describe, expect, it } from 'vitest';
import { failedMessageIds } from '../../../simulator/services/sqs/batch-response.ts';

const IDS = ['one', 'two'];
const NOTHING = new Set();
const ALL = new Set(IDS);
const failures = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** Lambda Developer Guide, "Handling errors for an SQS event source": success and failure conditions. */
describe('A batch response', () => {
  it.each([
    ['nothing', undefined, NOTHING],
    ['null', null, NOTHING],
    ['an empty answer', {}, NOTHING],
    ['an empty list', { batchItemFailures: [] }, NOTHING],
    ['a null list', { batchItemFailures: null }, NOTHING],
    ['one failure', failures('two'), new Set(['two'])],
    ['a text', 'done', ALL],
    ['a list that is none', { batchItemFailures: 'two' }, ALL],
    ['an empty id', failures('two', ''), ALL],
    ['a null id', failures(null), ALL],
    ['a wrong key', { batchItemFailures: [{ itemIdentifer: 'two' }] }, ALL],
    ['the id of another message', failures('two', 'three'), ALL],
  ])('of %s', (_, response, expected) => {
    expect(failedMessageIds(response, IDS)).toEqual(expected);
  });
});
