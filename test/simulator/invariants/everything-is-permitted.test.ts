import { expect, test } from 'vitest';
import { everythingIsPermitted } from '../../../simulator/invariants/everything-is-permitted.ts';
import { HandMade } from './hand-made.ts';

test.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError', 'KMSAccessDenied'])(
  'A call that is answered with %s is caught',
  (code) => {
    const verdict = new HandMade().call('ListTasks', {}, { code, message: 'no' }).judge(everythingIsPermitted());
    expect(verdict.violation?.what).toBe('ebbtide-prod-sweep may not call autoscaling:ListTasks');
  },
);

test('A call that is refused for another reason is permitted', () => {
  const story = new HandMade().call('ListTasks', {}, { code: 'ThrottlingException', message: 'Rate exceeded' });
  expect(story.judge(everythingIsPermitted())).toMatchObject({ checks: 1, violations: 0 });
});
