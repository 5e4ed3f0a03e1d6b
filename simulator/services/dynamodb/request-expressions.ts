import { type Condition, parseCondition } from './condition-syntax.ts';
import { validationError } from './errors.ts';
import { checkPathsApart, ExpressionTerms, type Path } from './expression-terms.ts';
import { TokenReader } from './tokens.ts';
import { parseUpdate, type UpdateAction } from './update-syntax.ts';
import type { Item } from './value.ts';

/** The expressions that operations take, with the names and values they share. */
export interface ExpressionParameters {
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

export interface RequestExpressions {
  readonly update: readonly UpdateAction[] | undefined;
  readonly condition: Condition | undefined;
  readonly keyCondition: Condition | undefined;
  readonly filter: Condition | undefined;
  readonly projection: readonly Path[] | undefined;
}

const PARAMETERS = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
] as const;

/** The parameters of the API's first years, which expressions have replaced; they are refused rather than ignored. */
const LEGACY_PARAMETERS = [
  'AttributeUpdates',
  'AttributesToGet',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/** Parses all expressions of a request. Throws for one that AWS refuses, and for names or values that none uses. */
export function parseExpressions(input: ExpressionParameters): RequestExpressions {
  const legacy = LEGACY_PARAMETERS.find((name) => name in input && input[name as keyof typeof input] !== undefined);
  if (legacy !== undefined) throw validationError(`The legacy parameter ${legacy} is not supported by the simulator`);
  const given = PARAMETERS.filter((parameter) => input[parameter] !== undefined);
  if (given.length === 0 && input.ExpressionAttributeNames !== undefined) {
    throw validationError('ExpressionAttributeNames can only be specified when using expressions');
  }
  if (given.every((name) => name === 'ProjectionExpression') && input.ExpressionAttributeValues !== undefined) {
    throw validationError('ExpressionAttributeValues can only be specified when using expressions');
  }
  const terms = new ExpressionTerms(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const parse = <T>(
    parameter: (typeof PARAMETERS)[number],
    parser: (reader: TokenReader, terms: ExpressionTerms) => T,
  ): T | undefined => {
    const expression = input[parameter];
    return expression === undefined ? undefined : parser(new TokenReader(expression, parameter), terms);
  };
  const expressions = {
    update: parse('UpdateExpression', parseUpdate),
    condition: parse('ConditionExpression', parseCondition),
    keyCondition: parse('KeyConditionExpression', parseCondition),
    filter: parse('FilterExpression', parseCondition),
    projection: parse('ProjectionExpression', parseProjection),
  };
  terms.checkAllUsed();
  return expressions;
}

function parseProjection(reader: TokenReader, terms: ExpressionTerms): readonly Path[] {
  const paths: Path[] = [];
  do paths.push(terms.readPath(reader));
  while (reader.takes(','));
  reader.expectEnd();
  checkPathsApart(paths, reader);
  return paths;
}
