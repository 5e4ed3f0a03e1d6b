import { compileConditions, contextOf } from '../iam/conditions.ts';
import { matchesPattern } from '../iam/patterns.ts';
import { invalidProperties, isObject } from './template-properties.ts';

/** A request as a resource's own policy sees it. Condition keys are those the calling service really supplies. */
export interface Access {
  /** The service principal, such as `events.amazonaws.com`. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Readonly<Record<string, string>>;
}

export type PolicyDecision = 'allow' | 'deny' | 'none';

const STATEMENT_KEYS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

/**
 * Evaluates a resource-based policy document for a service principal (IAM User Guide, "Policy evaluation logic"): an
 * explicit deny wins, then an allow. `none`, which is what a resource without a policy gives too, is a refusal, because
 * a service has no other policy.
 */
export function evaluateResourcePolicy(policy: unknown, access: Access): PolicyDecision {
  let decision: PolicyDecision = 'none';
  for (const statement of statementsOf(policy)) {
    if (!applies(statement, access)) continue;
    if (statement.Effect === 'Deny') return 'deny';
    decision = 'allow';
  }
  return decision;
}

/** Throws for a document that is not understood in full, so that it fails at deployment. */
export function checkResourcePolicy(policy: unknown): void {
  for (const statement of statementsOf(policy)) {
    const unknown = Object.keys(statement).find((key) => !STATEMENT_KEYS.includes(key));
    if (unknown !== undefined) throw invalidProperties(`Resource policies with ${unknown} are not supported`);
    if (!['Allow', 'Deny'].includes(String(statement.Effect))) throw invalidProperties('Effect must be Allow or Deny');
    compileConditions(statement.Condition);
  }
}

function statementsOf(policy: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isObject(policy) ? many(policy.Statement).filter(isObject) : [];
}

function applies(statement: Readonly<Record<string, unknown>>, access: Access): boolean {
  const context = contextOf(access.conditions);
  return (
    includesService(statement.Principal, access.service) &&
    matchesAny(statement.Action, access.action, (text) => text.toLowerCase()) &&
    matchesAny(statement.Resource, access.resource, (text) => text) &&
    compileConditions(statement.Condition).every((condition) => condition(context))
  );
}

function includesService(principal: unknown, service: string): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) return false;
  // {"AWS": "*"} is everyone, services included: older documented queue and topic policies rest on it.
  return many(principal.AWS).includes('*') || many(principal.Service).includes(service);
}

function matchesAny(patterns: unknown, value: string, normalise: (text: string) => string): boolean {
  return many(patterns).some((pattern) => matchesPattern(normalise(String(pattern)), normalise(value)));
}

function many(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
