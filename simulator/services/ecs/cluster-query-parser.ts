import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';

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

export type Comparison = '==' | '!=' | '>' | '>=' | '<' | '<=' | 'in' | 'not_in' | '=~' | '!~';

const OPERATORS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
  '=~': '=~',
  '!~': '!~',
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

const EQUALITY: readonly Comparison[] = ['==', '!='];
const BY_TEXT: readonly Comparison[] = [...EQUALITY, 'in', 'not_in', '=~', '!~'];
const BY_ORDER: readonly Comparison[] = [...EQUALITY, '>', '>=', '<', '<='];

/** The subjects beside attributes, each with its valid operators (cluster-query-language). */
const SUBJECTS: Readonly<Record<string, readonly Comparison[]>> = {
  agentConnected: BY_TEXT,
  agentVersion: BY_ORDER,
  ec2InstanceId: BY_TEXT,
  registeredAt: BY_ORDER,
  runningTasksCount: BY_ORDER,
  'task:group': [...BY_TEXT, ...BY_ORDER],
};

function isValidComparison(subject: string, operator: Comparison, values: readonly string[]): boolean {
  if (entryOf(SUBJECTS, subject)?.includes(operator) === false) return false;
  if (subject === 'registeredAt') return values.every((value) => !Number.isNaN(parseInstant(value)));
  if (subject === 'runningTasksCount') return values.every((value) => /^\d+$/.test(value));
  return operator === '=~' || operator === '!~' ? values.every(isPattern) : true;
}

/** ECS takes the syntax of Java's patterns; what JavaScript's does not share with it is refused, not misread. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** The valid date formats, of which those without a zone mean UTC. @returns epoch milliseconds, or NaN */
export function parseInstant(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$/.test(text)) return Number.NaN;
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

export function invalidFilter(text: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter expression: ${text}`);
}

const TOKEN =
  /\s*(?:(\(|\)|\[|\]|,|&&|\|\||==|!=|>=|<=|=~|!~|!in\b|!exists\b|>|<|!)|"([^"]*)"|'([^']*)'|([^\s()[\],=!<>&|"']+))/y;

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
    if (match === null) throw invalidFilter(text);
    const quotedText = match[2] ?? match[3];
    tokens.push({ text: quotedText ?? match[1] ?? match[4] ?? '', quoted: quotedText !== undefined });
  }
  return tokens;
}

/** Parses a filter; throws `InvalidParameterException` for what is not an expression. `and` binds closer than `or`. */
export function parseClusterQuery(text: string): ClusterQuery {
  return new Parser(text).parse();
}

/** Recursive descent over the tokens; `#position` is the first token that is not yet taken. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): ClusterQuery {
    const query = this.#disjunction();
    if (this.#position < this.#tokens.length) throw invalidFilter(this.#text);
    return query;
  }

  #disjunction(): ClusterQuery {
    let left = this.#conjunction();
    while (this.#take('or', '||')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): ClusterQuery {
    let left = this.#negation();
    while (this.#take('and', '&&')) left = { kind: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): ClusterQuery {
    if (this.#take('not', '!')) return { kind: 'not', query: this.#negation() };
    if (!this.#take('(')) return this.#condition();
    const inner = this.#disjunction();
    this.#expect(')');
    return inner;
  }

  #condition(): ClusterQuery {
    const subject = this.#next();
    if (!subject.startsWith('attribute:') && entryOf(SUBJECTS, subject) === undefined) throw invalidFilter(this.#text);
    if (this.#take('exists')) return { kind: 'exists', subject };
    if (this.#take('!exists', 'not_exists')) return { kind: 'not', query: { kind: 'exists', subject } };
    const operator = entryOf(OPERATORS, this.#next());
    if (operator === undefined) throw invalidFilter(this.#text);
    const values = operator === 'in' || operator === 'not_in' ? this.#list() : [this.#next()];
    if (!isValidComparison(subject, operator, values)) throw invalidFilter(this.#text);
    return { kind: 'compare', subject, operator, values };
  }

  #list(): string[] {
    this.#expect('[');
    const values = [this.#next()];
    while (this.#take(',')) values.push(this.#next());
    this.#expect(']');
    return values;
  }

  #next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw invalidFilter(this.#text);
    return token.text;
  }

  /** Takes the next token if it is one of these words, unquoted. */
  #take(...texts: string[]): boolean {
    const token = this.#tokens[this.#position];
    if (token === undefined || token.quoted || !texts.includes(token.text)) return false;
    this.#position++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw invalidFilter(this.#text);
  }
}
