import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerts/alert.ts';
import { formatMessage } from '../../../shared/alerts/format.ts';

const alert: Alert = {
  id: 'drain#arn#1767600000000#release',
  kind: 'drain',
  state: 'escalated',
  severity: 'critical',
  cluster: 'shop',
  subject: '[shop] Drain of i-1 reached its deadline, 1 task left',
  body: 'What: The deadline has passed.\nSince: 2026-01-05 08:00:00 UTC\nNot stopped:\n  - task a: runs on\nNext: Look.',
};

interface Chat {
  readonly content: { readonly title: string; readonly description: string; readonly nextSteps: readonly string[] };
  readonly metadata: Readonly<Record<string, unknown>>;
}

function toChat(changes: Partial<Alert> = {}): Chat {
  const policy = { alertFormat: 'chat', runbookUrl: 'https://wiki/runbook' } as const;
  return JSON.parse(formatMessage({ ...alert, ...changes }, policy)) as Chat;
}

describe('an alert for people', () => {
  test('is its body, with the place in the runbook', () => {
    const text = formatMessage(alert, { alertFormat: 'text', runbookUrl: 'https://wiki/runbook' });
    expect(text).toBe(`${alert.body}\nRunbook: https://wiki/runbook#drain`);
  });
});

describe('an alert for a chat channel', () => {
  test('has the fields that custom notifications must have, and no others', () => {
    const chat = toChat();
    expect(chat).toMatchObject({ version: '1.0', source: 'custom', id: alert.id });
    expect(Object.keys(chat)).toEqual(['version', 'source', 'id', 'content', 'metadata']);
    const content = ['textType', 'title', 'description', 'nextSteps', 'keywords'];
    expect(Object.keys(chat.content).filter((name) => !content.includes(name))).toEqual([]);
    expect(chat.content).toMatchObject({ textType: 'client-markdown', title: alert.subject });
    const metadata = ['threadId', 'summary', 'eventType', 'relatedResources', 'additionalContext'];
    expect(Object.keys(chat.metadata).filter((name) => !metadata.includes(name))).toEqual([]);
    for (const value of Object.values(chat.metadata.additionalContext as object)) expect(value).toBeTypeOf('string');
  });

  test('keeps what belongs to one incident in one thread', () => {
    const { threadId } = toChat().metadata;
    expect(toChat({ id: 'drain#arn#1767600000000#stalled' }).metadata.threadId).toBe(threadId);
    expect(toChat({ id: 'drain#arn#1767700000000#stalled' }).metadata.threadId).not.toBe(threadId);
  });

  test('sets off the titles of its paragraphs, and leaves the rest of the text alone', () => {
    const { description } = toChat().content;
    expect(description).toContain('*What:* The deadline has passed.');
    expect(description).toContain('*Not stopped:*\n  - task a: runs on');
    expect(description).toContain('08:00:00 UTC');
  });

  test('is cut to what is shown, however many tasks there are, and still says what to do and where the runbook is', () => {
    const body = `What: much\n${'  - task: runs on\n'.repeat(2_000)}Next: Look.`;
    const { description, nextSteps } = toChat({ body }).content;
    expect(description.length).toBeLessThanOrEqual(8_000);
    expect(description).toMatch(/\.\.\.$/);
    expect(nextSteps).toEqual(['Look.', 'Runbook: https://wiki/runbook#drain']);
    expect(toChat().content.description).not.toContain('Next');
  });
});
