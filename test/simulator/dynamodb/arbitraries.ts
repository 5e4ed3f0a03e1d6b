import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

/** Few names and few values, so that generated items, conditions and updates meet each other often. */
const NAMES = ['a', 'b', 'c', 'status'] as const;
/** No number near 38 digits: dynalite lets sums grow beyond what can be stored. */
const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(String),
  fc.constantFrom('0.5', '-12.50', '1e3', '100', '00010', '1E-5'),
);
const text = fc.constantFrom('x', 'xy', 'yx', 'é', 'zebra');
const bytes = fc.constantFrom(Uint8Array.of(1), Uint8Array.of(1, 2), Uint8Array.of(255));

const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  text.map((S) => ({ S })),
  number.map((N) => ({ N })),
  bytes.map((B) => ({ B })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
);
const set: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom('1', '2', '3', '-7'), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
);
export const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: set },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('p', 'q'), scalar, { noNullPrototype: true }).map((M) => ({ M })),
  },
);

export const key = fc.record({
  pk: fc.constantFrom('one', 'two').map((S) => ({ S })),
  sk: fc.integer({ min: -2, max: 12 }).map((N) => ({ N: String(N) })),
});

const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'gk', 'status'), value, {
  maxKeys: 4,
  noNullPrototype: true,
});
export const item = fc.tuple(key, attributes).map(([keys, rest]) => ({ ...rest, ...keys }));

/** An expression with the names and values it uses. */
export interface Expression {
  readonly text: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

const path = fc
  .oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.constantFrom('a[0]', 'b.p', 'c[1].q', 'b.p.q') },
  )
  .map((text) => text.replace('status', '#status'));

let counter = 0;
/** A value under a name of its own. */
function named(given: AttributeValue): Expression {
  const name = `:v${counter++}`;
  return { text: name, values: { [name]: given } };
}

function join(strings: TemplateStringsArray, ...parts: (Expression | string)[]): Expression {
  const texts = parts.map((part) => (typeof part === 'string' ? part : part.text));
  const values = Object.assign({}, ...parts.map((part) => (typeof part === 'string' ? {} : part.values)));
  return { text: String.raw({ raw: strings }, ...texts), values };
}

const literal = value.map(named);
/** AWS refuses to order other types, and dynalite does not: that is tested apart. Nor does dynalite find them in lists. */
const ordered = fc
  .oneof(
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
  )
  .map(named);
/** dynalite never finds `false` in a list. */
const listed = value.filter(({ BOOL }) => BOOL !== false).map(named);
const equality = fc.constantFrom('=', '<>');
const comparator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

const test: fc.Arbitrary<Expression> = fc.oneof(
  fc.tuple(path, equality, literal).map(([p, c, v]) => join`${p} ${c} ${v}`),
  fc.tuple(path, comparator, ordered).map(([p, c, v]) => join`${p} ${c} ${v}`),
  fc.tuple(path, ordered, ordered).map(([p, low, high]) => join`${p} BETWEEN ${low} AND ${high}`),
  fc.tuple(path, listed, listed).map(([p, x, y]) => join`${p} IN (${x}, ${y})`),
  path.map((p) => join`attribute_exists(${p})`),
  path.map((p) => join`attribute_not_exists(${p})`),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'L', 'M', 'SS', 'X'))
    .map(([p, S]) => join`attribute_type(${p}, ${named({ S })})`),
  fc.tuple(path, literal).map(([p, v]) => join`begins_with(${p}, ${v})`),
  fc.tuple(path, ordered).map(([p, v]) => join`contains(${p}, ${v})`),
  fc
    .tuple(path, comparator, fc.integer({ min: 0, max: 3 }))
    .map(([p, c, n]) => join`size(${p}) ${c} ${named({ N: String(n) })}`),
);

export const condition: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    test,
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => join`${x} AND ${y}`),
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => join`${x} or ${y}`),
    test.map((x) => join`NOT ${x}`),
    tie('any').map((x) => join`NOT (${x})`),
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => join`(${x}) AND ${y}`),
  ),
})).any;

const settable = fc.oneof(
  literal,
  fc.tuple(path, literal).map(([p, v]) => join`if_not_exists(${p}, ${v})`),
  fc.tuple(path, number).map(([p, N]) => join`${p} + ${named({ N })}`),
  fc.tuple(path, number).map(([p, N]) => join`${named({ N })} - ${p}`),
  fc.tuple(path, literal).map(([p, v]) => join`list_append(${p}, ${v})`),
  path.map((p) => join`${p}`),
);

const section = fc.oneof(
  fc.tuple(path, settable).map(([p, v]) => join`SET ${p} = ${v}`),
  fc.tuple(path, settable, path, settable).map(([p, v, q, w]) => join`SET ${p} = ${v}, ${q} = ${w}`),
  path.map((p) => join`REMOVE ${p}`),
  fc
    .tuple(
      path,
      fc.oneof(
        number.map((N) => ({ N })),
        set,
        scalar,
      ),
    )
    .map(([p, v]) => join`ADD ${p} ${named(v)}`),
  fc.tuple(path, fc.oneof(set, scalar)).map(([p, v]) => join`DELETE ${p} ${named(v)}`),
);

/** dynalite copies a map or list without its members: a later change within the one then shows in the other. */
function isCopyAndChange({ text: update }: Expression): boolean {
  return /(if_not_exists\(|= *)[a-c#]/.test(update) && /(SET|REMOVE|ADD|DELETE|,) [abc](\.|\[)/.test(update);
}

export const update: fc.Arbitrary<Expression> = fc
  .oneof(
    { weight: 3, arbitrary: section },
    { weight: 1, arbitrary: fc.tuple(section, section).map(([x, y]) => join`${x} ${y}`) },
  )
  .filter((each) => !isCopyAndChange(each));

/** The parameters that go with expressions; `#status` is the only alias, because `status` is a reserved word. */
export function parameters(...expressions: (Expression | undefined)[]) {
  const used = expressions.filter((expression) => expression !== undefined);
  const values = Object.assign({}, ...used.map((expression) => expression.values));
  const hasAlias = used.some(({ text: t }) => t.includes('#status'));
  return {
    ...(hasAlias && { ExpressionAttributeNames: { '#status': 'status' } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values as Record<string, AttributeValue> }),
  };
}
