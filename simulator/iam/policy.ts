import { quote } from '../kernel/quote.ts';
import { type Condition, compileConditions, contextOf, type RequestContext } from './conditions.ts';
import { matchesPattern } from './patterns.ts';

/** An identity-based policy, parsed and ready to be evaluated. */
export interface Policy {
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly coversAction: (action: string) => boolean;
  readonly coversResource: (resource: string) => boolean;
  readonly conditions: readonly Condition[];
}

/** What a request would do, for a policy to judge. */
export interface PolicyQuestion {
  /** Such as `ecs:DescribeTasks`. */
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

export type Verdict = 'allowed' | 'explicitly denied' | 'not allowed';

const STATEMENT_KEYS = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);

/** One without a version counts as one of 2008, which differs in policy variables only: those are not supported anyway. */
const VERSIONS = new Set<unknown>(['2012-10-17', '2008-10-17', undefined]);

/**
 * Parses a policy document (IAM User Guide, "IAM JSON policy element reference").
 *
 * @throws Error for anything that is not understood in full
 */
export function parsePolicy(document: unknown): Policy {
  const { Version, Statement } = (document ?? {}) as { Version?: unknown; Statement?: unknown };
  if (!VERSIONS.has(Version)) throw new Error(`A policy's Version must be 2012-10-17, not ${quote(Version)}`);
  if (Statement === undefined) throw new Error('A policy needs a Statement');
  return { statements: (Array.isArray(Statement) ? Statement : [Statement]).map(parseStatement) };
}

/** An explicit deny wins over any allow; without an allow nothing is allowed. */
export function evaluate(policies: readonly Policy[], { action, resource, context }: PolicyQuestion): Verdict {
  const keys = contextOf(context);
  let verdict: Verdict = 'not allowed';
  for (const { statements } of policies) {
    for (const { effect, coversAction, coversResource, conditions } of statements) {
      if (!coversAction(action) || !coversResource(resource)) continue;
      if (!conditions.every((condition) => condition(keys))) continue;
      if (effect === 'Deny') return 'explicitly denied';
      verdict = 'allowed';
    }
  }
  return verdict;
}

function parseStatement(statement: unknown): Statement {
  if (typeof statement !== 'object' || statement === null)
    throw new Error(`A statement is ${quote(statement)}, not a map`);
  const given = statement as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !STATEMENT_KEYS.has(key));
  if (unknown !== undefined) throw new Error(`A statement of an identity-based policy has no element ${unknown}`);
  if (given.Effect !== 'Allow' && given.Effect !== 'Deny') {
    throw new Error(`A statement's Effect must be Allow or Deny, not ${quote(given.Effect)}`);
  }
  return {
    effect: given.Effect,
    // IAM compares actions without regard to case, resources with it.
    coversAction: parseCover(given, 'Action', (text) => text.toLowerCase()),
    coversResource: parseCover(given, 'Resource', (text) => text),
    conditions: compileConditions(given.Condition),
  };
}

/** Either `Action` or `NotAction`, either `Resource` or `NotResource`; never both and never neither. */
function parseCover(
  statement: Record<string, unknown>,
  element: 'Action' | 'Resource',
  normalise: (text: string) => string,
): (value: string) => boolean {
  const positive = statement[element];
  const negative = statement[`Not${element}`];
  if ((positive === undefined) === (negative === undefined)) {
    throw new Error(`A statement needs either ${element} or Not${element}`);
  }
  const given = positive ?? negative;
  const patterns = (Array.isArray(given) ? given : [given]).map((pattern) => {
    if (typeof pattern !== 'string') throw new Error(`${element} must be text, not ${quote(pattern)}`);
    return normalise(pattern);
  });
  const isCovered = positive !== undefined;
  return (value) => patterns.some((pattern) => matchesPattern(pattern, normalise(value))) === isCovered;
}
