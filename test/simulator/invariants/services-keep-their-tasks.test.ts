import { expect, test } from 'vitest';
import { servicesKeepTheirTasks } from '../../../simulator/invariants/services-keep-their-tasks.ts';
import { HandMade, INSTANCE, TASK, TERMS } from './hand-made.ts';

const terms = { ...TERMS, blocks: (group: string) => group !== 'family:boot' };
const running = (group: string) =>
  new HandMade()
    .registered()
    .event('ECS Task State Change', { taskArn: TASK, containerInstanceArn: INSTANCE, group, lastStatus: 'RUNNING' });
const stop = (story: HandMade, some = terms) =>
  story.ecs('StopTask', { task: TASK }).judge(servicesKeepTheirTasks(some)).violation?.what;

test('What nobody waits for may be stopped on an instance that leaves', () => {
  expect(stop(running('family:boot').held())).toBeUndefined();
});

test('A task of a service that is stopped behind its back is caught', () => {
  expect(stop(running('service:checkout').held())).toContain('service:checkout');
});

test('A standalone task is stopped only where the operator says so', () => {
  expect(stop(running('family:job').held())).toContain('family:job');
  expect(stop(running('family:job').held(), { ...terms, ...{ stopsStandalone: true } })).toBeUndefined();
});

test('Any task that is stopped on an instance that stays is caught', () => {
  expect(stop(running('family:boot'))).toContain('which stays');
});
