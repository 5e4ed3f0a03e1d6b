import type { Alert } from './alert.ts';
import type { Unsent } from './publish.ts';
import { sections, toSubject } from './text.ts';

/** As many alerts of one kind, in one cluster and at one time, are one piece of news. */
const FLOOD_MIN = 5;

/** A message takes 256 KiB, its attributes included (Amazon SNS, message attributes): the ids of so many are a tenth. */
const FLOOD_MAX = 200;

/** More lines than that nobody reads; the rest is counted. */
const LINES_MAX = 40;

export interface Outgoing {
  readonly message: Alert;
  /** What the message tells of. */
  readonly of: readonly Unsent[];
}

/** In which an incident goes through them. */
const STATES: readonly Alert['state'][] = ['opened', 'escalated', 'notice', 'resolved'];

/** Puts alerts of the same kind, state and cluster into one message where they are many; the others go as they are. */
export function mergeFloods(unsent: readonly Unsent[]): Outgoing[] {
  const inOrder = unsent.toSorted((a, b) => STATES.indexOf(a.alert.state) - STATES.indexOf(b.alert.state));
  const alike = Map.groupBy(inOrder, ({ alert }) => `${alert.kind}/${alert.state}/${alert.cluster}`);
  return [...alike.values()].flatMap((group) => {
    if (group.length < FLOOD_MIN) return group.map((one) => ({ message: one.alert, of: [one] }));
    // In an order of their own: who sends them again after a crash makes the same message, with the same id.
    const sorted = group.toSorted((a, b) => (a.alert.id < b.alert.id ? -1 : 1));
    return inParts(sorted).flatMap((of) => {
      const [first] = of;
      return first === undefined ? [] : [{ message: merge(first.alert, of), of }];
    });
  });
}

function inParts(all: readonly Unsent[]): Unsent[][] {
  const count = Math.ceil(all.length / FLOOD_MAX);
  return Array.from({ length: count }, (_, part) => all.slice(part * FLOOD_MAX, (part + 1) * FLOOD_MAX));
}

const SEVERITIES = ['info', 'warning', 'critical'] as const;

function merge(first: Alert, of: readonly Unsent[]): Alert {
  const alerts = of.map(({ alert }) => alert);
  const worst = Math.max(...alerts.map(({ severity }) => SEVERITIES.indexOf(severity)));
  const lines = alerts.slice(0, LINES_MAX).map(({ subject }) => subject);
  const more = alerts.length - lines.length;
  return {
    ...first,
    id: `flood of ${alerts.length}: ${first.id}`,
    severity: SEVERITIES[worst] ?? first.severity,
    subject: toSubject(`[${first.cluster}] ${alerts.length} alerts at once: ${first.kind} ${first.state}`),
    body: sections({
      What: `${alerts.length} alerts of the same kind in cluster ${first.cluster} at the same time; this message stands for all of them.`,
      Which: more > 0 ? [...lines, `and ${more} more`] : lines,
      'The first of them': `\n${first.body}`,
    }),
  };
}
