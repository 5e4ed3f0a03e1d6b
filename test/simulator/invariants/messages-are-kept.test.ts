import { expect, test } from 'vitest';
import { messagesAreKept } from '../../../simulator/invariants/messages-are-kept.ts';
import { HandMade } from './hand-made.ts';

const judge = (story: HandMade) => story.judge(messagesAreKept());
const unreadable = () => new HandMade().event('ECS Container Instance State Change', { unreadable: 'mark-1' });
const letter = (attributes: object, body = '{"detail":{"unreadable":"mark-1"}}') => ({
  queue: 'dead',
  body,
  attributes,
});

test('An unreadable event that ends in a dead-letter queue with its reason is as it ought to be', () => {
  expect(
    judge(
      unreadable()
        .add('dead-letter', letter({ reason: 'no cluster' }))
        .after(30),
    ).violations,
  ).toBe(0);
});

test('One that is nowhere is caught, after the time that five receives may take', () => {
  expect(judge(unreadable().after(30)).violation?.what).toContain('mark-1 is in no dead-letter queue');
  expect(judge(unreadable().after(10)).violations).toBe(0);
});

test('A dead letter without a reason is caught; that it was received too often is one', () => {
  expect(judge(new HandMade().add('dead-letter', letter({}))).violation?.what).toContain('and not why');
  const cause = 'received 5 times from task and never deleted';
  expect(judge(new HandMade().add('dead-letter', { ...letter({}), cause })).violations).toBe(0);
  expect(judge(new HandMade().add('dead-letter', letter({ ERROR_CODE: 'NO_RESOURCE' }))).violations).toBe(0);
});

test('An event that is dropped on the way is caught, and one that is kept is not', () => {
  const failed = (fate: string) =>
    new HandMade().world('rule', 'delivery failed', { target: 'queue', code: 'NO_RESOURCE', fate });
  expect(judge(failed('dropped')).violations).toBe(1);
  expect(judge(failed('dead-letter queue')).violations).toBe(0);
});

const unhandled = () =>
  new HandMade().add('log', { function: 'f', line: { message: 'event not handled, again', messageId: 'm-1' } });

test('A message that a function could not do comes again, or is a dead letter', () => {
  const returned = unhandled().add('invocation', { phase: 'messages returned', messageIds: ['m-1'] });
  expect(judge(returned.after(30)).violations).toBe(0);
  expect(
    judge(
      unhandled()
        .add('dead-letter', letter({ reason: 'no cluster' }))
        .after(30),
    ).violations,
  ).toBe(0);
});

test('One that a function could not do and that is deleted is caught', () => {
  const other = unhandled().add('invocation', { phase: 'messages returned', messageIds: ['m-2'] });
  expect(judge(other.after(30)).violation?.what).toContain('the first is m-1');
  expect(judge(unhandled().after(1)).violations).toBe(0);
});
