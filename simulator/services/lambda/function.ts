import type { Place } from '../../kernel/kernel.ts';
import type { Bundle } from './bundle.ts';
import type { ProgramTarget } from './program.ts';

/** A deployed function's configuration. */
interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly description?: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The template's own environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly reservedConcurrency: number | undefined;
  /** The topic or queue that discarded asynchronous events go to. */
  readonly deadLetterTargetArn?: string | undefined;
  /** `RecursiveLoop: Allow`. */
  readonly allowsRecursiveLoop?: boolean;
}

/** A Node.js function whose code runs in the simulator's own process, in virtual time. */
export interface BundledFunction extends FunctionConfiguration {
  readonly bundle: Bundle;
  /** Such as `functions/drain.handler`. */
  readonly handler: string;
  readonly runtime: string;
}

/** A function whose code is a program outside of the simulator, in any language. */
export interface ProgramFunction extends FunctionConfiguration {
  readonly program: ProgramTarget;
  /** What its template says; nothing here depends on it. */
  readonly handler?: string;
  readonly runtime?: string;
}

export type LambdaFunction = BundledFunction | ProgramFunction;

export function isProgram(fn: LambdaFunction): fn is ProgramFunction {
  return 'program' in fn;
}

/** The unqualified ARN of a function that is given by its name or by an ARN with or without a version. */
export function functionArn({ region, accountId }: Place, nameOrArn: string): string {
  if (!nameOrArn.startsWith('arn:')) return `arn:aws:lambda:${region}:${accountId}:function:${nameOrArn}`;
  return nameOrArn.split(':').slice(0, 7).join(':');
}
