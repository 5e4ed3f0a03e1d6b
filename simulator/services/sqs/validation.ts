import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../../wire/aws-error.ts';
import type { Caller } from '../../wire/service.ts';
import type { Queue } from './queue.ts';

const ATTRIBUTES_MAX = 10;
const BATCH_MAX = 10;
const DELAY_SECONDS_MAX = 900;
/** What a message may hold (API reference, SendMessage): tab, line feed, carriage return and all but other controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what AWS refuses
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

interface MessageInput {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

/** Checks a message as SendMessage does, and returns its attributes. */
export function checkMessage(queue: Queue, input: MessageInput): Record<string, MessageAttributeValue> {
  const { MessageBody: body = '', DelaySeconds: delay = 0, MessageAttributes: attributes = {} } = input;
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (FORBIDDEN.test(body))
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  if (delay < 0 || delay > DELAY_SECONDS_MAX) {
    throw invalidValue(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}.`,
    );
  }
  const names = Object.keys(attributes);
  if (names.length > ATTRIBUTES_MAX) {
    throw invalidValue(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    );
  }
  const bytes = names.reduce(
    (sum, name) => sum + checkAttribute(name, attributes[name] ?? {}),
    Buffer.byteLength(body),
  );
  if (bytes > queue.settings.messageBytesMax) {
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.messageBytesMax} bytes.`,
    );
  }
  return attributes;
}

/** The attribute's size in bytes: name, type and value count towards the message's limit. */
function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: Partial<MessageAttributeValue>): number {
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name)) {
    throw invalidValue(`The message attribute name '${name}' is invalid.`);
  }
  if (DataType === undefined || !/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (value === undefined || value.length === 0) {
    throw invalidValue(`The message attribute '${name}' must contain a non-empty value of type '${DataType}'.`);
  }
  if (DataType.startsWith('Number') && !Number.isFinite(Number(value))) {
    throw invalidValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(value);
}

export function checkDistinctIds(entries: readonly { Id: string | undefined }[]): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > BATCH_MAX) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_MAX}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry.Id ?? '');
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) {
    throw new AwsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  }
}

/** A role's unique id and session for a function; AWS publishes no rule for its own services' ids. */
export function senderIdOf(caller: Caller): string {
  switch (caller.kind) {
    case 'function':
      return `AROAEXAMPLEROLEID:${caller.functionName}`;
    case 'operator':
      return `AIDAEXAMPLEUSERID:${caller.name}`;
    case 'service':
      return caller.name;
  }
}

function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
