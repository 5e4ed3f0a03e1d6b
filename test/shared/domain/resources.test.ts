import { expect, test } from 'vitest';
import { areResourcesFree, type Resource } from '../../../shared/domain/resources.ts';

function resources(amounts: Readonly<Record<string, number | undefined>>): Resource[] {
  return Object.entries(amounts).map(([name, integerValue]) => ({ name, integerValue }));
}

const registered = resources({ PORTS: undefined, MEMORY: 7_680, CPU: 2_048 });

test.each([
  ['all CPU and memory are', { CPU: 2_048, MEMORY: 7_680 }, true],
  ['all are, in another order, and some ports are taken', { MEMORY: 7_680, PORTS: undefined, CPU: 2_048 }, true],
  ['a task holds CPU', { CPU: 1_024, MEMORY: 7_680 }, false],
  ['a task holds memory, and no CPU', { CPU: 2_048, MEMORY: 7_168 }, false],
  ['ECS names no memory', { CPU: 2_048 }, undefined],
  ['ECS names no CPU', { MEMORY: 7_680 }, undefined],
  ['ECS names nothing', {}, undefined],
] as const)('the resources of an instance are free when %s: told as such', (_, remaining, areFree) => {
  expect(areResourcesFree(registered, resources(remaining))).toBe(areFree);
});

test('nobody can tell while ECS does not say what was registered', () => {
  expect(areResourcesFree([], resources({ CPU: 2_048, MEMORY: 7_680 }))).toBeUndefined();
});
