import type { Place } from '../../kernel/kernel.ts';
import type { Bundle } from './bundle.ts';

/** A deployed function's code and configuration. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly bundle: Bundle;
  /** Such as `functions/drain.handler`. */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The template's own environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly reservedConcurrency: number | undefined;
}

/** The unqualified ARN of a function that is given by its name or by an ARN with or without a version. */
export function functionArn({ region, accountId }: Place, nameOrArn: string): string {
  if (!nameOrArn.startsWith('arn:')) return `arn:aws:lambda:${region}:${accountId}:function:${nameOrArn}`;
  return nameOrArn.split(':').slice(0, 7).join(':');
}
