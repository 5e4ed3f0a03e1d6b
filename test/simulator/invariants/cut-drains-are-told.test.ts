import { expect, test } from 'vitest';
import { cutDrainsAreTold } from '../../../simulator/invariants/cut-drains-are-told.ts';
import { HandMade, TASK, TERMS } from './hand-made.ts';

const cut = () => new HandMade().registered().task('RUNNING').held().after(60).completes();
const judge = (story: HandMade) => story.judge(cutDrainsAreTold(TERMS));

test('An instance that goes at the deadline with tasks on it, and of which nobody is told, is caught', () => {
  expect(judge(cut().after(5)).violation?.what).toContain('nobody was told that i-00000000000000001');
});

test('One that is told of is as it ought to be, though the alert comes a little later', () => {
  expect(judge(cut().after(1).alert('a#opened', 'opened', 'drain').after(5)).violations).toBe(0);
});

test('An alert of an earlier drain, or about something else, does not count', () => {
  const earlier = new HandMade().alert('a#opened', 'opened', 'drain').after(1).registered().task('RUNNING').held();
  expect(judge(earlier.after(60).completes().after(5)).violations).toBe(1);
  expect(judge(cut().alert('a#opened', 'opened', 'disconnection').after(5)).violations).toBe(1);
});

test('Who goes empty is nobody told of', () => {
  expect(judge(new HandMade().registered().held().after(60).completes().after(5)).checks).toBe(0);
});

test('Nobody need be told of a task that had gone down with its host before', () => {
  const stopped = () =>
    new HandMade().registered().task('RUNNING').world(TASK, 'containers ended', { end: 'host-gone' });
  expect(judge(stopped().held().after(60).completes().after(5)).checks).toBe(0);
});
