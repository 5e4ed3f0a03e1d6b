import { AwsError } from '../../wire/aws-error.ts';
import type { ContainerInstance } from './state.ts';

/** An expression of the cluster query language (cluster-query-language), parsed. */
export type ClusterQuery =
  | { readonly kind: 'and' | 'or'; readonly left: ClusterQuery; readonly right: ClusterQuery }
  | { readonly kind: 'not'; readonly query: ClusterQuery }
  | { readonly kind: 'exists'; readonly subject: string }
  | {
      readonly kind: 'compare';
      readonly subject: string;
      readonly operator: Comparison;
      readonly values: readonly string[];
    };

type Comparison = '==' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'not_in' | '=~' | '!~';

const ALIASES: Readonly<Record<string, Comparison>> = {
  equals: '==',
  not_equals: '!=',
  greater_than: '>',
  greater_than_equal: '>=',
  less_than: '<',
  less_than_equal: '<=',
  in: 'in',
  not_in: 'not_in',
  '!in': 'not_in',
  matches: '=~',
  not_matches: '!~',
};

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter expression: ${text}`);
}

const TOKEN =
  /\s*(?:(\(|\)|\[|\]|,|&&|\|\||==|!=|>=|<=|=~|!~|!in\b|>|<|!)|"([^"]*)"|'([^']*)'|([^\s()[\],=!<>&|"']+))/y;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (match === null) throw invalid(text);
    const quotedText = match[2] ?? match[3];
    tokens.push({ text: quotedText ?? match[1] ?? match[4] ?? '', quoted: quotedText !== undefined });
  }
  return tokens;
}

/** Parses a filter; throws `InvalidParameterException` for what is not an expression. */
export function parseClusterQuery(text: string): ClusterQuery {
  const tokens = tokenize(text);
  let position = 0;
  const peek = () => tokens[position]?.text;
  const next = (): Token => {
    const token = tokens[position++];
    if (token === undefined) throw invalid(text);
    return token;
  };
  const take = (...texts: string[]): boolean => {
    const token = tokens[position];
    if (token === undefined || token.quoted || !texts.includes(token.text)) return false;
    position++;
    return true;
  };

  const disjunction = (): ClusterQuery => {
    let left = conjunction();
    while (take('or', '||')) left = { kind: 'or', left, right: conjunction() };
    return left;
  };
  const conjunction = (): ClusterQuery => {
    let left = negation();
    while (take('and', '&&')) left = { kind: 'and', left, right: negation() };
    return left;
  };
  const negation = (): ClusterQuery => {
    if (take('not', '!')) return { kind: 'not', query: negation() };
    if (!take('(')) return condition();
    const inner = disjunction();
    if (!take(')')) throw invalid(text);
    return inner;
  };
  const condition = (): ClusterQuery => {
    const subject = next().text;
    if (take('exists')) return { kind: 'exists', subject };
    if (take('!exists', 'not_exists')) return { kind: 'not', query: { kind: 'exists', subject } };
    const word = next().text;
    const operator = ALIASES[word] ?? (/^(==|!=|>=|<=|>|<|=~|!~)$/.test(word) ? (word as Comparison) : undefined);
    if (operator === undefined) throw invalid(text);
    const values = operator === 'in' || operator === 'not_in' ? list() : [next().text];
    return { kind: 'compare', subject, operator, values };
  };
  const list = (): string[] => {
    if (!take('[')) throw invalid(text);
    const values = [next().text];
    while (take(',')) values.push(next().text);
    if (!take(']')) throw invalid(text);
    return values;
  };

  const query = disjunction();
  if (peek() !== undefined) throw invalid(text);
  return query;
}

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
      throw invalid(`unknown subject ${subject}`);
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
      return some((value) => order(subject, value, wanted) === 0);
    case '!=':
      return !some((value) => order(subject, value, wanted) === 0);
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
  if (subject === 'registeredAt') return Date.parse(a) - Date.parse(b);
  if (subject === 'agentVersion') return a.localeCompare(b, 'en', { numeric: true });
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
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
