import fc from 'fast-check';

/**
 * What the fuzz tests of this folder are made of. The seed is fixed, so that a run of the tests says the same every time;
 * `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run test/fuzz` looks further.
 */
export const runs = (usual: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env.FUZZ_RUNS ?? usual),
  seed: Number(process.env.FUZZ_SEED ?? 1),
});

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Text that has broken programs before. */
const hostileText = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%s%n%d',
  "'; DROP TABLE incidents; --",
  '-1',
  '1e999',
  'NaN',
  'null',
  'arn:aws:ecs:eu-central-1:111122223333:container-instance/',
  'arn:aws:ecs:eu-central-1:111122223333:container-instance/prod/ffffffffffffffffffffffffffffffff',
  'i-0',
  'i-ffffffffffffffffff',
  '9999-12-31T23:59:59Z',
  '-271821-04-20T00:00:00Z',
  'x'.repeat(20_000),
);

export const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), hostileText);

/** Any JSON, with keys that objects have by birth among it. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(true, false, null, 2 ** 53, -0, 1e308),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), hostileText), tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Json>,
  ),
})).value;

/** The value with one to three things of it replaced, taken away, doubled or put elsewhere. */
export function mutated(original: Json): fc.Arbitrary<Json> {
  const change = fc.record({
    at: fc.nat(),
    from: fc.nat(),
    kind: fc.constantFrom('replace', 'remove', 'double', 'move') as fc.Arbitrary<Change['kind']>,
    value: anyJson,
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<Json>(mutate, structuredClone(original)));
}

interface Change {
  readonly at: number;
  readonly from: number;
  readonly kind: 'replace' | 'remove' | 'double' | 'move';
  readonly value: Json;
}

function mutate(root: Json, { at, from, kind, value }: Change): Json {
  const places = placesIn(root);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  const { holder, key } = place;
  if (kind === 'remove' && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (kind === 'remove') delete (holder as Record<string, Json>)[key];
  else if (kind === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)] ?? null));
  else if (kind === 'move') put(holder, key, structuredClone(valueAt(places[from % places.length] ?? place)));
  else put(holder, key, value);
  return root;
}

interface Place {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string;
}

function valueAt({ holder, key }: Place): Json {
  return (holder as Record<string, Json>)[key] ?? null;
}

/** `__proto__` too becomes a key like any other. */
function put(holder: Place['holder'], key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(value: Json): Place[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...placesIn(inner)]);
}

/** The text with some of it cut out, doubled or overwritten: what is left of it is often no longer of its language. */
export function garbled(text: string): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(text.length), length: fc.nat(12), by: anyText });
  return fc
    .array(cut, { minLength: 1, maxLength: 4 })
    .map((cuts) => cuts.reduce((from, { at, length, by }) => from.slice(0, at) + by + from.slice(at + length), text));
}
