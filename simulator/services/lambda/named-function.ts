import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { LambdaFunction } from './function.ts';
import type { Lambda } from './lambda.ts';
import type { Versions } from './versions.ts';

/** A function as a request names it. */
export interface NamedFunction {
  /** With the version, if one is named: what IAM judges, and messages say. */
  readonly arn: string;
  readonly version: string;
  /** Undefined when there is no such function, or no such version of it. */
  readonly fn: LambdaFunction | undefined;
}

export interface FunctionNaming {
  readonly kernel: Kernel;
  readonly lambda: Lambda;
  readonly versions: Versions;
}

/** `name`, `account:function:name` or a whole ARN, each with or without `:version`. */
const NAME =
  /^(?:arn:aws:lambda:([a-z0-9-]+):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9-_]+)(?::(\$LATEST|[A-Za-z0-9-_]+))?$/;

/**
 * Finds the function that a request means (API reference, Invoke: "Name formats").
 *
 * @throws AwsError `InvalidParameterValueException` when name and qualifier name different versions
 */
export function findNamed(
  { kernel: { place }, lambda, versions }: FunctionNaming,
  {
    FunctionName = '',
    Qualifier,
  }: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
): NamedFunction {
  const [, region = place.region, accountId = place.accountId, name = FunctionName, own] =
    NAME.exec(FunctionName) ?? [];
  if (own !== undefined && Qualifier !== undefined && own !== Qualifier) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const qualifier = own ?? Qualifier;
  const unqualified = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const arn = qualifier === undefined ? unqualified : `${unqualified}:${qualifier}`;
  const version = qualifier ?? '$LATEST';
  const isPublished =
    version === '$LATEST' || (/^[1-9]\d*$/.test(version) && Number(version) <= versions.countOf(unqualified));
  return { arn, version, fn: isPublished ? lambda.findFunction(unqualified) : undefined };
}
