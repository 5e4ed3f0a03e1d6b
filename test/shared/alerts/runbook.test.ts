import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alertSchema } from '../../../shared/alerts/alert.ts';
import { formatMessage } from '../../../shared/alerts/format.ts';

const runbook = readFileSync('docs/runbook.md', 'utf8');

describe('the runbook', () => {
  test.each(alertSchema.shape.kind.options)('has a chapter for alerts of the kind %s', (kind) => {
    expect(runbook).toMatch(new RegExp(`^## ${kind}$`, 'm'));
  });

  test('is where the last line of every alert leads', () => {
    const alert = {
      id: 'drain#x#1#stalled',
      kind: 'drain',
      state: 'opened',
      severity: 'warning',
      cluster: 'prod',
      subject: 'Stuck',
      body: 'What: stuck',
    } as const;
    const text = formatMessage(alert, { alertFormat: 'text', runbookUrl: 'https://wiki.example/ebbtide' });
    expect(text.split('\n').at(-1)).toBe('Runbook: https://wiki.example/ebbtide#drain');
  });
});
