import type { Failure } from '@aws-sdk/client-ecs';
import { type EcsFailure, UnexpectedFailuresError } from './errors.ts';

const MISSING: ReadonlySet<string> = new Set(['MISSING']);

/** The ARNs that ECS reports as MISSING. @throws UnexpectedFailuresError when there are failures of another kind */
export function missingArns(operation: string, failures: Failure[] | undefined): string[] {
  return expectedArns(operation, failures, MISSING);
}

/** The ARNs that ECS reports for `reasons`. @throws UnexpectedFailuresError when there are failures of another kind */
export function expectedArns(
  operation: string,
  failures: Failure[] | undefined,
  reasons: ReadonlySet<string>,
): string[] {
  // By the reason alone: some failures have a detail as well, which is prose.
  const unexpected = (failures ?? []).filter(({ reason = '' }) => !reasons.has(reason));
  if (unexpected.length > 0) throw new UnexpectedFailuresError(operation, toEcsFailures(unexpected));
  return toEcsFailures(failures).map(({ arn }) => arn);
}

export function toEcsFailures(failures: Failure[] | undefined): EcsFailure[] {
  return (failures ?? []).map(({ arn, reason, detail }) => ({
    arn: arn ?? 'unnamed resource',
    reason: detail ? `${reason}: ${detail}` : (reason ?? 'no reason given'),
  }));
}
