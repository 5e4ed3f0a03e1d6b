import { describe, expect, test } from 'vitest';
import { decideConfiguration } from '../../../shared/domain/configuration.ts';
import type { ConfigurationIncident } from '../../../shared/incidents/incident.ts';

function incident(problems: string[], phase: ConfigurationIncident['phase'] = 'open'): ConfigurationIncident {
  const common = { id: 'configuration#c', version: 1, openedAtMs: 0, outbox: [] };
  return { ...common, kind: 'configuration', phase, clusterArn: 'c', problems };
}

describe('the tags of a cluster', () => {
  test.each([
    ['are well, and were', undefined, [], { kind: 'none' }],
    ['are well again since long', incident(['a'], 'closed'), [], { kind: 'none' }],
    ['have become wrong', undefined, ['a'], { kind: 'open' }],
    ['have become wrong once more', incident(['a'], 'closed'), ['a'], { kind: 'open' }],
    ['are as wrong as before, in another order', incident(['a', 'b']), ['b', 'a'], { kind: 'none' }],
    ['are wrong in another way', incident(['a']), ['b'], { kind: 'update', isWorse: false }],
    ['are partly put right', incident(['a', 'b']), ['b'], { kind: 'update', isWorse: false }],
    ['are more wrong than before', incident(['a']), ['a', 'b'], { kind: 'update', isWorse: true }],
    ['have been put right', incident(['a']), [], { kind: 'close' }],
  ])('%s', (_, known, problems, decision) => {
    expect(decideConfiguration(known, problems)).toEqual(decision);
  });
});
