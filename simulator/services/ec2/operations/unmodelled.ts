import { AwsError } from '../../../wire/aws-error.ts';

/**
 * Refuses parameters that the simulator would otherwise take without doing what they ask for.
 *
 * @param modelled those that have an effect here, or that change nothing that a fleet shows
 */
export function refuseOthers(request: object, modelled: ReadonlySet<string>): void {
  const [other] = Object.entries(request).filter(([name, value]) => value !== undefined && !modelled.has(name));
  if (other === undefined) return;
  throw new AwsError('UnsupportedOperation', `The simulator does not model the parameter ${other[0]}`);
}
