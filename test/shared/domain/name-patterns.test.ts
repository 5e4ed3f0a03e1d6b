import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNameIn, isOwnedHook } from '../../../shared/domain/name-patterns.ts';

test.each([
  [['*'], 'prod', true],
  [['prod-*'], 'prod-web', true],
  [['prod-*'], 'prod', false],
  [['*-web'], 'prod-web', true],
  [['*-web'], 'prod-web-old', false],
  [['prod'], 'production', false],
  [['a*c*e'], 'abcde', true],
  [['prod-*', '!prod-batch'], 'prod-batch', false],
  [['!prod-batch', 'prod-*'], 'prod-batch', false],
  [['prod-*', '!*-batch'], 'prod-web', true],
  [['!prod'], 'test', false],
  [['a.c'], 'abc', false],
  [['service:web'], 'service:web', true],
  [['family:now!'], 'family:now!', true],
  [['!prod'], '!prod', false],
  [['*'], 'two\nlines', true],
  [[], 'prod', false],
])('%j lets in %s: %s', (patterns, name, isIn) => {
  expect(isNameIn(patterns, name)).toBe(isIn);
});

test('a name without a star stands for itself and nothing else', () => {
  const name = fc.stringMatching(/^[\w.:/-]{1,20}$/);
  fc.assert(
    fc.property(name, fc.array(name), (stated, others) => {
      for (const other of [stated, ...others]) expect(isNameIn([stated], other)).toBe(other === stated);
    }),
  );
});

test("ECS's own draining hook is never Ebbtide's, even where the patterns let in every name", () => {
  expect(isOwnedHook(['*'], 'ecs-managed-draining-termination-hook')).toBe(false);
  expect(isOwnedHook(['*'], 'theirs')).toBe(true);
  expect(isOwnedHook(['ebbtide-*'], 'theirs')).toBe(false);
});
