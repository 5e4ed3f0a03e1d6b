import { type ClusterQuery, invalidFilter, parseInstant } from './cluster-query-parser.ts';
import type { ContainerInstance } from './state.ts';

/** The values that an instance has for a subject; none where it lacks it. */
function valuesOf(instance: ContainerInstance, subject: string): readonly string[] {
  if (subject.startsWith('attribute:')) {
    const name = subject.slice('attribute:'.length);
    return instance.attributes.has(name) ? [instance.attributes.get(name) ?? ''] : [];
  }
  switch (subject) {
    case 'agentConnected':
      return [String(instance.agentConnected)];
    case 'agentVersion':
      return [instance.agentVersion];
    case 'ec2InstanceId':
      return [instance.ec2InstanceId];
    case 'registeredAt':
      return [new Date(instance.registeredAtMs).toISOString()];
    case 'runningTasksCount':
      return [String(instance.runningTasksCount)];
    case 'task:group':
      return [...new Set([...instance.tasks].map((task) => task.group))];
    default:
      throw invalidFilter(`unknown subject ${subject}`);
  }
}

export function matchesQuery(instance: ContainerInstance, query: ClusterQuery): boolean {
  switch (query.kind) {
    case 'and':
      return matchesQuery(instance, query.left) && matchesQuery(instance, query.right);
    case 'or':
      return matchesQuery(instance, query.left) || matchesQuery(instance, query.right);
    case 'not':
      return !matchesQuery(instance, query.query);
    case 'exists':
      return valuesOf(instance, query.subject).length > 0;
    case 'compare':
      return compare(valuesOf(instance, query.subject), query);
  }
}

function compare(
  actual: readonly string[],
  { subject, operator, values }: ClusterQuery & { kind: 'compare' },
): boolean {
  const wanted = values[0] ?? '';
  const some = (test: (value: string) => boolean) => actual.some(test);
  switch (operator) {
    case '==':
      return some((value) => isEqual(subject, value, wanted));
    case '!=':
      return !some((value) => isEqual(subject, value, wanted));
    case 'in':
      return some((value) => values.includes(value));
    case 'not_in':
      return !some((value) => values.includes(value));
    case '=~':
      return some((value) => new RegExp(`^(?:${wanted})$`).test(value));
    case '!~':
      return !some((value) => new RegExp(`^(?:${wanted})$`).test(value));
    case '>':
      return some((value) => order(subject, value, wanted) > 0);
    case '>=':
      return some((value) => order(subject, value, wanted) >= 0);
    case '<':
      return some((value) => order(subject, value, wanted) < 0);
    case '<=':
      return some((value) => order(subject, value, wanted) <= 0);
  }
}

/** Versions by their parts, dates by their instant, numbers as numbers, the rest as text. */
function order(subject: string, a: string, b: string): number {
  if (subject === 'registeredAt') return Math.trunc(Date.parse(a) / 1_000) - Math.trunc(parseInstant(b) / 1_000);
  if (subject === 'agentVersion') return a.localeCompare(b, 'en', { numeric: true });
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equality is that of text, except where the subject is a date or a number. */
function isEqual(subject: string, a: string, b: string): boolean {
  return subject === 'registeredAt' || subject === 'runningTasksCount' ? order(subject, a, b) === 0 : a === b;
}

/** What every match must be, where the query says so: lets a search start from an index instead of the whole fleet. */
export interface QueryBounds {
  readonly disconnected: boolean;
  readonly ec2InstanceIds: readonly string[] | undefined;
}

export function boundsOf(query: ClusterQuery): QueryBounds {
  if (query.kind === 'and') {
    const [left, right] = [boundsOf(query.left), boundsOf(query.right)];
    return {
      disconnected: left.disconnected || right.disconnected,
      ec2InstanceIds: left.ec2InstanceIds ?? right.ec2InstanceIds,
    };
  }
  if (query.kind !== 'compare') return { disconnected: false, ec2InstanceIds: undefined };
  const { subject, operator, values } = query;
  const equals = operator === '==';
  return {
    disconnected: subject === 'agentConnected' && equals && values[0] === 'false',
    ec2InstanceIds: subject === 'ec2InstanceId' && (equals || operator === 'in') ? values : undefined,
  };
}
