import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClusterCensus, decideOutage, isTripped } from '../../../shared/domain/breaker.ts';

const policy = { outageSharePercent: 30, outageCountMin: 3 };

function census(
  away: number,
  total: number,
  zones: Readonly<Record<string, [number, number | undefined]>>,
): ClusterCensus {
  return { away, total, zones: new Map(Object.entries(zones).map(([zone, [a, t]]) => [zone, { away: a, total: t }])) };
}

const due = () => true;
const idle = () => false;

describe('the circuit breaker', () => {
  test.each([
    [1, 2, false],
    [2, 2, false],
    [3, 3, true],
    [3, 10, true],
    [3, 11, false],
    [30, 100, true],
    [29, 100, false],
  ])('with %d of %d away, share 30 and number 3: %s', (away, total, expected) => {
    expect(isTripped({ away, total }, policy)).toBe(expected);
  });

  test('goes by the cluster first, and then by zones', () => {
    const all = census(4, 8, { a: [4, 4] });
    expect(decideOutage(false, all, { policy, isStepDue: due })).toEqual({ kind: 'open', zones: 'all' });
    const zone = census(4, 40, { a: [3, 4], b: [1, undefined] });
    expect(decideOutage(false, zone, { policy, isStepDue: due })).toEqual({ kind: 'open', zones: ['a'] });
  });

  test('opens only for a zone in which something is due', () => {
    const zone = census(4, 40, { a: [3, 4], b: [1, undefined] });
    const inB = (name: string) => name === 'b';
    expect(decideOutage(false, zone, { policy, isStepDue: inB })).toEqual({ kind: 'none' });
    expect(decideOutage(false, zone, { policy, isStepDue: idle })).toEqual({ kind: 'none' });
  });

  test('once open stays so for as long as as many are away, due or not, and no longer', () => {
    const anyCensus = fc
      .array(fc.tuple(fc.nat(10), fc.nat(10)), { minLength: 1, maxLength: 4 })
      .map((zones) => zones.map(([away, others]): [number, number] => [away, away + others]))
      .map((zones) =>
        census(
          zones.reduce((sum, [away]) => sum + away, 0),
          zones.reduce((sum, [, total]) => sum + total, 0),
          Object.fromEntries(zones.map((zone, index) => [`z${index}`, zone])),
        ),
      );
    fc.assert(
      fc.property(anyCensus, (seen) => {
        const tripped =
          isTripped(seen, policy) ||
          [...seen.zones.values()].some((zone) => isTripped({ ...zone, total: zone.total ?? 0 }, policy));
        expect(decideOutage(true, seen, { policy, isStepDue: idle }).kind).toBe(tripped ? 'keep' : 'close');
        expect(decideOutage(false, seen, { policy, isStepDue: due }).kind).toBe(tripped ? 'open' : 'none');
      }),
    );
  });
});
