// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM's policy variables look like JavaScript's placeholders
import { describe, expect, it } from 'vitest';
import { evaluate, parsePolicy } from '../../../simulator/iam/policy.ts';

const CLUSTER = 'arn:aws:ecs:eu-central-1:111122223333:cluster/prod';
const INSTANCE = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/prod/abc';

function policyOf(...statements: object[]) {
  return parsePolicy({ Version: '2012-10-17', Statement: statements });
}

function verdictOf(statement: object, question: Partial<Parameters<typeof evaluate>[1]> = {}) {
  const asked = { action: 'ecs:DescribeContainerInstances', resource: INSTANCE, context: {}, ...question };
  return evaluate([policyOf({ Effect: 'Allow', Action: '*', Resource: '*', ...statement })], asked);
}

describe('actions', () => {
  it.each([
    ['ecs:DescribeContainerInstances', 'allowed'],
    ['ECS:describecontainerinstances', 'allowed'],
    ['ecs:Describe*', 'allowed'],
    ['ecs:*', 'allowed'],
    ['*', 'allowed'],
    ['ecs:?escribeContainerInstances', 'allowed'],
    ['ecs:Describe', 'not allowed'],
    ['ecs:DescribeContainerInstance?', 'allowed'],
    ['ecs:DescribeContainerInstances?', 'not allowed'],
    ['ec2:*', 'not allowed'],
  ])('%s: %s', (Action, verdict) => {
    expect(verdictOf({ Action })).toBe(verdict);
  });

  it('may be a list, or all but some', () => {
    expect(verdictOf({ Action: ['ec2:*', 'ecs:*'] })).toBe('allowed');
    expect(verdictOf({ Action: undefined, NotAction: 'ec2:*' })).toBe('allowed');
    expect(verdictOf({ Action: undefined, NotAction: ['ec2:*', 'ecs:*'] })).toBe('not allowed');
  });
});

describe('resources', () => {
  it.each([
    [INSTANCE, 'allowed'],
    ['arn:aws:ecs:*:*:container-instance/*', 'allowed'],
    ['arn:aws:ecs:eu-central-1:111122223333:container-instance/prod/???', 'allowed'],
    ['arn:aws:ecs:eu-central-1:111122223333:CONTAINER-INSTANCE/prod/abc', 'not allowed'],
    ['arn:aws:ecs:eu-central-1:111122223333:container-instance/prod', 'not allowed'],
    ['arn:aws:ecs:eu-central-1:111122223333:container-instance/test/*', 'not allowed'],
  ])('%s: %s', (Resource, verdict) => {
    expect(verdictOf({ Resource })).toBe(verdict);
  });

  it('of a call without resource types are covered by * alone', () => {
    expect(verdictOf({ Resource: '*' }, { resource: '*' })).toBe('allowed');
    expect(verdictOf({ Resource: 'arn:aws:ecs:*' }, { resource: '*' })).toBe('not allowed');
    expect(verdictOf({ Resource: undefined, NotResource: 'arn:aws:ecs:*' }, { resource: '*' })).toBe('allowed');
  });
});

describe('statements together', () => {
  const question = { action: 'ecs:ListTasks', resource: '*', context: {} };
  const allow = policyOf({ Effect: 'Allow', Action: '*', Resource: '*' });
  const deny = policyOf({ Effect: 'Deny', Action: 'ecs:List*', Resource: '*' });

  it('allow nothing when there are none', () => {
    expect(evaluate([], question)).toBe('not allowed');
  });

  it('deny in whatever order they come', () => {
    expect(evaluate([allow, deny], question)).toBe('explicitly denied');
    expect(evaluate([deny, allow], question)).toBe('explicitly denied');
    expect(evaluate([deny, allow], { ...question, action: 'ecs:RunTask' })).toBe('allowed');
  });
});

describe('conditions', () => {
  const one = { 'ecs:cluster': CLUSTER };
  it.each([
    ['StringEquals', { 'ecs:cluster': CLUSTER }, one, true],
    ['StringEquals', { 'ECS:Cluster': CLUSTER }, one, true],
    ['StringEquals', { 'ecs:cluster': [CLUSTER, 'other'] }, one, true],
    ['StringEquals', { 'ecs:cluster': 'other' }, one, false],
    ['StringEquals', { 'ecs:cluster': CLUSTER }, {}, false],
    ['StringEqualsIfExists', { 'ecs:cluster': CLUSTER }, {}, true],
    ['StringEqualsIfExists', { 'ecs:cluster': 'other' }, one, false],
    ['StringEquals', { 'ecs:cluster': CLUSTER, 'aws:x': 'y' }, one, false],
    ['StringNotEquals', { 'ecs:cluster': 'other' }, one, true],
    ['StringNotEquals', { 'ecs:cluster': ['other', CLUSTER] }, one, false],
    ['StringNotEquals', { 'ecs:cluster': CLUSTER }, {}, true],
    ['StringLike', { 'ecs:cluster': 'arn:*/pr?d' }, one, true],
    ['StringLike', { 'ecs:cluster': 'arn:*/test' }, one, false],
    ['ArnEquals', { 'ecs:cluster': CLUSTER }, one, true],
    ['ArnLike', { 'ecs:cluster': 'arn:aws:ecs:*:*:cluster/*' }, one, true],
    ['ArnLike', { 'ecs:cluster': 'arn:aws:*:cluster/prod' }, one, false],
    ['Bool', { 'aws:SecureTransport': 'true' }, { 'aws:SecureTransport': 'true' }, true],
    ['Bool', { 'aws:SecureTransport': true }, { 'aws:SecureTransport': 'false' }, false],
    ['ForAnyValue:StringEquals', { 'aws:TagKeys': ['a', 'b'] }, { 'aws:TagKeys': ['x', 'b'] }, true],
    ['ForAnyValue:StringEquals', { 'aws:TagKeys': ['a', 'b'] }, { 'aws:TagKeys': ['x'] }, false],
    ['ForAnyValue:StringEquals', { 'aws:TagKeys': ['a'] }, {}, false],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['a', 'b'] }, { 'aws:TagKeys': ['a', 'b'] }, true],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['a', 'b'] }, { 'aws:TagKeys': ['a', 'x'] }, false],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['a'] }, {}, true],
    ['ForAllValues:StringNotEquals', { 'aws:TagKeys': ['a'] }, { 'aws:TagKeys': ['b', 'a'] }, false],
    ['ForAnyValue:StringNotEquals', { 'aws:TagKeys': ['a'] }, { 'aws:TagKeys': ['b', 'a'] }, true],
  ])('%s %j with %j: %s', (operator, expected, context, isMet) => {
    const statement = { Condition: { [operator]: expected } };

    expect(verdictOf(statement, { context })).toBe(isMet ? 'allowed' : 'not allowed');
  });

  it('must all hold', () => {
    const Condition = { StringEquals: { a: '1' }, StringLike: { b: '2*' } };

    expect(verdictOf({ Condition }, { context: { a: '1', b: '22' } })).toBe('allowed');
    expect(verdictOf({ Condition }, { context: { a: '1', b: '3' } })).toBe('not allowed');
  });
});

it.each([undefined, '2008-10-17'])('the version may be %s', (Version) => {
  const policy = parsePolicy({ Version, Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*' }] });
  expect(evaluate([policy], { action: 'a:b', resource: 'x', context: {} })).toBe('allowed');
});

describe('a policy that is not understood', () => {
  const statement = { Effect: 'Allow', Action: 'a:b', Resource: '*' };
  it.each([
    ['an unknown version', { Version: '2020-01-01' }, 'Version must be 2012-10-17, not "2020-01-01'],
    ['no statement', { Version: '2012-10-17' }, 'needs a Statement'],
    ['an unknown element', { Statement: { ...statement, Principal: '*' } }, 'no element Principal'],
    ['a misspelt effect', { Statement: { ...statement, Effect: 'allow' } }, 'Effect must be Allow or Deny'],
    ['no action', { Statement: { ...statement, Action: undefined } }, 'either Action or NotAction'],
    ['both kinds of resource', { Statement: { ...statement, NotResource: 'x' } }, 'either Resource or NotResource'],
    ['a resource that is no text', { Statement: { ...statement, Resource: [{}] } }, 'Resource must be text'],
    [
      'an unknown operator',
      { Statement: { ...statement, Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } } },
      'Condition operator DateLessThan is not supported',
    ],
    [
      'a policy variable',
      { Statement: { ...statement, Condition: { StringEquals: { a: '${aws:username}' } } } },
      'Policy variables are not supported',
    ],
  ])('is refused: %s', (_what, document, message) => {
    expect(() => parsePolicy({ Version: '2012-10-17', ...document })).toThrow(message);
  });
});
