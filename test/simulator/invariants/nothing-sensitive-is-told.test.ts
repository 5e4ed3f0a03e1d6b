import { expect, test } from 'vitest';
import { nothingSensitiveIsTold } from '../../../simulator/invariants/nothing-sensitive-is-told.ts';
import { HandMade } from './hand-made.ts';

const judge = (story: HandMade) => story.judge(nothingSensitiveIsTold(['planted-password']));
const log = (line: unknown) => new HandMade().add('log', { function: 'sweep', requestId: 'r', line });

test.each([
  ['an access key', { headers: 'Credential=ASIA0123456789ABCDEF/20260105/eu-central-1/ecs/aws4_request' }],
  ['a session token', 'session-of-ASIA0123456789ABCDEF'],
  ['a signature', { error: { $request: { authorization: 'AWS4-HMAC-SHA256 Signature=00ff' } } }],
  ['what was planted', { event: { NotificationMetadata: '{"password":"planted-password"}' } }],
])('A log line with %s in it is caught', (_what, line) => {
  expect(judge(log(line)).violations).toBe(1);
});

test('An alert and an own event with a secret in them are caught', () => {
  expect(judge(new HandMade().alert('a#opened', 'opened', 'drain', 'planted-password')).violations).toBe(1);
  const entries = { Entries: [{ Detail: '{"password":"planted-password"}' }] };
  expect(judge(new HandMade().call('PutEvents', entries, undefined, 'events')).violations).toBe(1);
});

test('What the log is for is as it ought to be, and what a function tells AWS is its own affair', () => {
  expect(judge(log({ message: 'drain: wait', ec2InstanceId: 'i-00000000000000001' }))).toMatchObject({
    checks: 1,
    violations: 0,
  });
  expect(judge(new HandMade().call('SendMessage', { MessageBody: 'planted-password' }, undefined, 'sqs')).checks).toBe(
    0,
  );
});
