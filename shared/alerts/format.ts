import type { Policy } from '../config/settings.ts';
import type { Alert } from './alert.ts';

/** The message as the topic gets it: text for people, or what Amazon Q Developer puts into a chat channel. */
export function formatMessage(
  alert: Alert,
  { alertFormat, runbookUrl }: Pick<Policy, 'alertFormat' | 'runbookUrl'>,
): string {
  // The runbook has a chapter for each kind of alert.
  const runbook = `Runbook: ${runbookUrl}#${alert.kind}`;
  return alertFormat === 'text' ? `${alert.body}\n${runbook}` : JSON.stringify(toChat(alert, runbook));
}

/** Amazon Q Developer in chat applications, Custom notifications: a description has at most 8,000 characters. */
const DESCRIPTION_LENGTH_MAX = 8_000;
const TITLE_LENGTH_MAX = 250;

/**
 * The schema of custom notifications. What belongs to one incident goes into one thread; what to do next stands apart, so
 * that a long list of tasks is cut and not that.
 */
function toChat({ id, kind, state, severity, cluster, subject, body }: Alert, runbook: string): object {
  const [line, next] = /^Next: (.*)\n?/m.exec(body) ?? [];
  const rest = line === undefined ? body : body.replace(line, '');
  const markdown = rest.trimEnd().replace(/^([A-Z][^:\n]{0,20}):/gm, '*$1:*');
  return {
    version: '1.0',
    source: 'custom',
    id,
    content: {
      textType: 'client-markdown',
      title: subject.slice(0, TITLE_LENGTH_MAX),
      description:
        markdown.length <= DESCRIPTION_LENGTH_MAX ? markdown : `${markdown.slice(0, DESCRIPTION_LENGTH_MAX - 3)}...`,
      nextSteps: [...(next === undefined ? [] : [next]), runbook],
      keywords: [kind, state, severity],
    },
    metadata: {
      threadId: id.slice(0, id.lastIndexOf('#')),
      summary: subject,
      eventType: `ebbtide ${kind} ${state}`,
      additionalContext: { cluster, severity },
    },
  };
}
