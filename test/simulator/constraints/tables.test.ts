import { expect, test } from 'vitest';
import { constraintTable } from '../../../simulator/constraints/constraint.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { toRegExp } from '../../../simulator/wire/checks.ts';
import { operationShapes } from '../../../simulator/wire/shape.ts';

const { services } = createSimulator({ seed: 1 });

test('every operation has its constraints: else run `npm run constraints -- <the folder data of botocore>`', () => {
  const without = services.flatMap(({ name, operations }) => {
    const known = constraintTable(name)?.operations ?? {};
    return Object.keys(operations)
      .filter((operation) => !(operation in known))
      .map((operation) => `${name}:${operation}`);
  });
  expect(without).toEqual([]);
});

test.each(services.map(({ name }) => name))(
  'the table of %s can be read, and holds no shape that nothing names',
  (name) => {
    const table = constraintTable(name);
    const shapes = Object.values(table?.shapes ?? {});
    const named = new Set<string | null | undefined>(Object.values(table?.operations ?? {}));
    for (const { pattern, members, item, key, value } of shapes) {
      if (pattern !== undefined) expect(() => toRegExp(pattern)).not.toThrow();
      for (const part of [...Object.values(members ?? {}), item, key, value]) named.add(part);
    }
    named.delete(null);
    named.delete(undefined);
    expect([...named].sort()).toEqual(Object.keys(table?.shapes ?? {}).sort());
  },
);

test('what a table constrains is a member of the same name in the client', () => {
  const strangers = services.flatMap(({ name, schemas }) => {
    const table = constraintTable(name);
    return Object.entries(table?.operations ?? {}).flatMap(([operation, shape]) => {
      const input = operationShapes(schemas, operation)?.input;
      const known = input?.kind === 'structure' ? input.memberNames : new Set();
      const constrained = Object.keys(table?.shapes[shape ?? '']?.members ?? {});
      return constrained.filter((member) => !known.has(member)).map((member) => `${name}:${operation} ${member}`);
    });
  });
  expect(strangers).toEqual([]);
});
