import { validationError } from './errors.ts';

export interface Token {
  /** `name`: an identifier or keyword. `alias`: `#name`. `value`: `:name`. `symbol`: punctuation or a comparator. */
  readonly kind: 'name' | 'alias' | 'value' | 'index' | 'symbol' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<alias>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<index>\d+)|(?<symbol><>|<=|>=|[=<>()[\],.+-]))/y;

/** Reads an expression token by token. `kind` is the parameter's name, for the error message. */
export class TokenReader {
  readonly #tokens: Token[];
  readonly #expression: string;
  readonly #parameter: string;
  #position = 0;

  constructor(expression: string, parameter: string) {
    this.#expression = expression;
    this.#parameter = parameter;
    if (expression === '') throw this.invalid('The expression can not be empty;');
    this.#tokens = this.#read();
  }

  /** How many tokens have been read. */
  get position(): number {
    return this.#position;
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#position + ahead] ?? { kind: 'end', text: '<EOF>' };
  }

  next(): Token {
    const token = this.peek();
    this.#position++;
    return token;
  }

  /** Takes the token when it is this symbol or, in any case, this keyword. */
  takes(text: string): boolean {
    const isNext = this.isNext(text);
    if (isNext) this.#position++;
    return isNext;
  }

  isNext(text: string): boolean {
    const { kind, text: actual } = this.peek();
    return (kind === 'symbol' || kind === 'name') && actual.toUpperCase() === text.toUpperCase();
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.syntaxError();
  }

  syntaxError(): Error {
    const near = [this.peek(-1), this.peek(), this.peek(1)]
      .filter(({ kind }) => kind !== 'end')
      .map(({ text }) => text);
    return this.invalid(`Syntax error; token: "${this.peek().text}", near: "${near.join(' ')}"`);
  }

  invalid(reason: string): Error {
    return validationError(`Invalid ${this.#parameter}: ${reason}`);
  }

  #read(): Token[] {
    const tokens: Token[] = [];
    const text = this.#expression.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const [kind, value] = Object.entries(TOKEN.exec(text)?.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
      if (kind === undefined || value === undefined) {
        throw this.invalid(
          `Syntax error; token: "${text.slice(from).trim().charAt(0)}", near: "${text.slice(from, from + 10)}"`,
        );
      }
      tokens.push({ kind: kind as Token['kind'], text: value });
    }
    return tokens;
  }
}
