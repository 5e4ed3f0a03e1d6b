import { AwsError } from '../wire/aws-error.ts';

/**
 * Throws the service's own validation error for a parameter that the simulator knows nothing of, so that nobody takes for
 * done what was left out.
 *
 * @param code such as `ValidationException`
 */
export function refuseUnmodelled(input: object, names: readonly string[], code: string): void {
  const given = names.find((name) => (input as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (given !== undefined) throw new AwsError(code, `The simulator does not model the parameter ${given}`);
}
