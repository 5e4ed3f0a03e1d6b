import { AwsError } from './aws-error.ts';
import type { SimulatedService } from './service.ts';
import type { Shape } from './shape.ts';
import { type Violation, violationsOf } from './violations.ts';

/** AWS's service framework tells no more of them (as public test doubles of DynamoDB have it). */
const TOLD_MAX = 10;

/**
 * Checks an input against the service's model: required members, sizes, patterns and sets of values, at any depth.
 * Throws the service's own error.
 */
export function validate(service: SimulatedService, operation: string, shape: Shape, input: unknown): void {
  const missing: Violation[] = [];
  findMissing(shape, input, [], missing);
  const [first, ...others] = [...missing, ...violationsOf(service.name, operation, input)];
  if (first !== undefined) throw invalidInput(service.name, [first, ...others]);
}

function findMissing(shape: Shape, value: unknown, path: readonly string[], missing: Violation[]): void {
  if (shape.kind === 'structure') {
    const given = value as Record<string, unknown>;
    for (const member of shape.members) {
      const item = given[member.name];
      if (item !== undefined) findMissing(member.shape, item, [...path, member.name], missing);
      else if (member.isRequired) missing.push(absent([...path, member.name]));
    }
  } else if (shape.kind === 'list' || shape.kind === 'map') {
    const inner = shape.kind === 'list' ? shape.member.shape : shape.value.shape;
    if (inner.kind === 'string' || inner.kind === 'number') return;
    for (const [index, item] of Object.entries(value as object)) {
      findMissing(inner, item, [...path, shape.kind === 'list' ? String(Number(index) + 1) : index, 'member'], missing);
    }
  }
}

function absent(path: readonly string[]): Violation {
  return { path, value: null, rule: 'Member must not be null', kind: 'missing', culprit: null };
}

/**
 * Each service has its own words. ECS: "Tasks cannot be empty." (aws/copilot-cli#3551); EC2 and SQS: "Error codes for
 * the Amazon EC2 API" and the common errors of SQS; the others let the service framework speak.
 */
function invalidInput(service: string, violations: readonly [Violation, ...Violation[]]): AwsError {
  const [first] = violations;
  const last = first.path.at(-1) === 'member' ? (first.path.at(-3) ?? '') : (first.path.at(-1) ?? '');
  switch (service) {
    case 'ecs':
      if (first.kind === 'missing') {
        return new AwsError('InvalidParameterException', `${sentenceCase(last)} cannot be empty.`);
      }
      return new AwsError('InvalidParameterException', frameworkMessage(violations));
    case 'sqs':
      if (first.kind === 'set') {
        return new AwsError('InvalidAttributeName', `Unknown Attribute ${textOf(first.culprit)}.`);
      }
      return first.kind === 'missing' && last === 'Entries' ? emptyBatch() : invalidParameter(first, last);
    case 'ec2':
      return invalidParameter(first, last);
    case 'sns': {
      const reason = first.kind === 'missing' ? 'no value for required parameter' : first.rule;
      return new AwsError('InvalidParameter', `Invalid parameter: ${last} Reason: ${reason}`);
    }
    // These spoke a query protocol first, and keep its codes.
    case 'autoscaling':
    case 'cloudwatch':
    case 'sts':
      return new AwsError('ValidationError', frameworkMessage(violations));
    default:
      return new AwsError('ValidationException', frameworkMessage(violations));
  }
}

/** The query protocol has no empty lists: they are not there. */
function emptyBatch(): AwsError {
  return new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
}

function invalidParameter({ kind, culprit, rule }: Violation, name: string): AwsError {
  if (kind === 'missing') {
    return new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);
  }
  const message = `Value (${textOf(culprit)}) for parameter ${name} is invalid. ${rule}`;
  return new AwsError('InvalidParameterValue', message);
}

function frameworkMessage(violations: readonly Violation[]): string {
  const told = violations.slice(0, TOLD_MAX).map(({ path, value, rule }) => {
    const shown = value === null ? 'null' : `'${textOf(value)}'`;
    const where = path.map((part) => part.charAt(0).toLowerCase() + part.slice(1)).join('.');
    return `Value ${shown} at '${where}' failed to satisfy constraint: ${rule}`;
  });
  return `${told.length} validation error${told.length === 1 ? '' : 's'} detected: ${told.join('; ')}`;
}

/** As Java prints it: `[a, b]` for a list, `{name=value}` for a map or a structure. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (value instanceof Uint8Array) return 'java.nio.HeapByteBuffer';
  if (value instanceof Date || typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, item]) => `${name}=${textOf(item)}`);
  return `{${entries.join(', ')}}`;
}

/** `containerInstances` -> `Container instances`. */
function sentenceCase(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
