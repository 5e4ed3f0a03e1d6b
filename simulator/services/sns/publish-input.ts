import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../../wire/aws-error.ts';
import { isObject, parseJson } from '../template-properties.ts';

export interface Publication {
  readonly message: string;
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

export interface PublishInput {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

/** Publish API reference, and "Amazon SNS message attributes". */
export const MESSAGE_BYTES_MAX = 256 * 1024;
const SUBJECT_CHARACTERS_MAX = 99;

/** Checks what a caller publishes, as the Publish API does. */
export function checkPublication(input: PublishInput): Publication {
  const { Message = '', Subject, MessageAttributes: attributes = {} } = input;
  if (Message === '') throw invalidParameter('Empty message');
  if (Subject !== undefined) checkSubject(Subject);
  let bytes = Buffer.byteLength(Message);
  for (const [name, value] of Object.entries(attributes)) bytes += checkAttribute(name, value);
  if (bytes > MESSAGE_BYTES_MAX) throw invalidParameter('Message too long');
  const message = input.MessageStructure === 'json' ? defaultOf(Message) : Message;
  return { message, attributes, ...(Subject !== undefined && { subject: Subject }) };
}

/** UTF-8 text without line breaks or control characters, and "less than 100 characters long". */
function checkSubject(subject: string): void {
  const isPrintable = /^[^\p{Cc}\u2028\u2029]+$/u.test(subject);
  if (!isPrintable || subject.length > SUBJECT_CHARACTERS_MAX) throw invalidParameter('Subject');
}

/** With MessageStructure `json` each protocol has its own text; topics trace the default one. */
function defaultOf(message: string): string {
  const parsed = parseJson(message);
  if (!isObject(parsed)) throw invalidParameter('Message Structure - JSON message body failed to parse');
  if (typeof parsed.default !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return parsed.default;
}

/** The attribute's size in bytes, which counts towards the message's. */
function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: Partial<MessageAttributeValue>): number {
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name) || /^\.|\.$|\.\./.test(name)) {
    throw invalidValue(`The message attribute name '${name}' is invalid.`);
  }
  if (DataType === undefined || !/^(String(\.Array)?|Number|Binary)(\..+)?$/.test(DataType)) {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (value === undefined || value.length === 0) {
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
    );
  }
  if (DataType.startsWith('Number') && !Number.isFinite(Number(value))) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  }
  if (DataType === 'String.Array' && !Array.isArray(parseJson(String(value)))) {
    throw invalidValue(`The message attribute '${name}' must contain a valid JSON array.`);
  }
  return Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(value);
}

function invalidParameter(what: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${what}`);
}

function invalidValue(message: string): AwsError {
  return new AwsError('ParameterValueInvalidException', message);
}
