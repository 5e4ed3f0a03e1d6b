import { AwsError } from './aws-error.ts';
import type { SimulatedService } from './service.ts';
import type { Shape } from './shape.ts';

/** Throws the service's own error for the first required member that `input` lacks, at any depth. */
export function requireMembers(service: SimulatedService, shape: Shape, input: unknown): void {
  const missing = findMissing(shape, input, []);
  if (missing !== undefined) throw missingMember(service, missing);
}

function findMissing(shape: Shape, value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (shape.kind === 'structure') {
    const given = value as Record<string, unknown>;
    for (const member of shape.members) {
      const memberPath = [...path, member.name];
      const item = given[member.name];
      if (item === undefined) {
        if (member.isRequired) return memberPath;
        continue;
      }
      const missing = findMissing(member.shape, item, memberPath);
      if (missing !== undefined) return missing;
    }
  } else if (shape.kind === 'list' || shape.kind === 'map') {
    const inner = shape.kind === 'list' ? shape.member.shape : shape.value.shape;
    if (inner.kind === 'string' || inner.kind === 'number') return undefined;
    for (const [index, item] of Object.entries(value as object)) {
      const label = shape.kind === 'list' ? `${Number(index) + 1}.member` : `${index}.member`;
      const missing = findMissing(inner, item, [...path, label]);
      if (missing !== undefined) return missing;
    }
  }
  return undefined;
}

/**
 * Each service has its own words. ECS: "Tasks cannot be empty." (aws/copilot-cli#3551); EC2 and SQS: "Error codes for
 * the Amazon EC2 API" and the common errors of SQS; the others: the service framework's constraint message.
 */
function missingMember(service: SimulatedService, path: readonly string[]): AwsError {
  const last = path.at(-1) ?? '';
  switch (service.name) {
    case 'ecs':
      return new AwsError('InvalidParameterException', `${sentenceCase(last)} cannot be empty.`);
    case 'ec2':
    case 'sqs':
      return new AwsError('MissingParameter', `The request must contain the parameter ${last}.`);
    case 'sns':
      return new AwsError('InvalidParameter', `Invalid parameter: ${last} Reason: no value for required parameter`);
  }
  const where = path.map((part) => part.charAt(0).toLowerCase() + part.slice(1)).join('.');
  const code = service.protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException';
  const constraint = 'failed to satisfy constraint: Member must not be null';
  return new AwsError(code, `1 validation error detected: Value null at '${where}' ${constraint}`);
}

/** `containerInstances` -> `Container instances`. */
function sentenceCase(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
