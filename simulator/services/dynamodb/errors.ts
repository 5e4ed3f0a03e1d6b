import { AwsError } from '../../wire/aws-error.ts';

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Errors that name the request's parameters carry this prefix on AWS. */
export function invalidParameterValues(message: string): AwsError {
  return validationError(`One or more parameter values were invalid: ${message}`);
}
