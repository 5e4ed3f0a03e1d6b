import { expect, test } from 'vitest';
import { everyEndIsTold } from '../../../simulator/invariants/every-end-is-told.ts';
import { HandMade, TERMS } from './hand-made.ts';

const judge = (story: HandMade) => story.judge(everyEndIsTold(TERMS));
/** As events name it; alerts have 17. */
const OPENED = '1970-01-01T00:00:00.017Z';
const opened = () => new HandMade().alert('disconnection#a#17#opened', 'opened');
const closed = (story: HandMade, id = `disconnection#a#${OPENED}`) =>
  story.event('Ebbtide Incident Closed', { incident: { id } });

test('An alert that is resolved is as it ought to be, before its incident is announced as closed or after', () => {
  const before = opened().after(5).alert('disconnection#a#17#resolved', 'resolved');
  expect(judge(closed(before).after(5))).toMatchObject({ checks: 1, violations: 0 });
  const after = closed(opened().after(5)).after(1).alert('disconnection#a#17#resolved', 'resolved');
  expect(judge(after.after(5)).violations).toBe(0);
});

test('One whose incident is closed, and that nobody hears of again, is caught', () => {
  expect(judge(closed(opened()).after(1)).violation?.what).toContain('the end of disconnection#a#17');
});

test('One whose incident is still open, or another one closed, is not late', () => {
  expect(judge(opened().after(60)).violations).toBe(0);
  expect(judge(closed(opened(), `disconnection#ab#${OPENED}`).after(60)).violations).toBe(0);
  expect(judge(closed(opened(), 'disconnection#a#1970-01-01T00:00:00.016Z').after(60)).violations).toBe(0);
});

test('One message may resolve many', () => {
  const story = closed(opened().alert('disconnection#b#18#opened', 'opened'));
  closed(story, 'disconnection#b#1970-01-01T00:00:00.018Z');
  const ids = ['disconnection#a#17#resolved', 'disconnection#b#18#resolved'];
  expect(judge(story.flood(ids, 'resolved').after(5))).toMatchObject({ checks: 2, violations: 0 });
});

test('An alert about lost tasks is left to on-call, and one about a drain that ended well is not', () => {
  const after = (outcome: string) =>
    new HandMade()
      .alert('drain#a#17#stalled', 'opened', 'drain')
      .event('Ebbtide Incident Closed', { incident: { id: `drain#a#${OPENED}`, outcome } })
      .after(60);
  expect(judge(after('deadline')).violations).toBe(0);
  expect(judge(after('drained')).violations).toBe(1);
});
