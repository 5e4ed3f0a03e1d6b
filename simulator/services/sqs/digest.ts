import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/**
 * The digest of message attributes that clients compare: names in order, each with its type and value behind a length
 * ("Amazon SQS message metadata", calculating the MD5 message digest). Undefined without attributes.
 */
export function md5OfAttributes(
  attributes: Readonly<Record<string, MessageAttributeValue>> | undefined,
): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes?.[name] ?? {};
    for (const text of [name, DataType]) hash.update(withLength(Buffer.from(text)));
    hash.update(Uint8Array.of(BinaryValue === undefined ? 1 : 2));
    hash.update(withLength(BinaryValue ?? Buffer.from(StringValue ?? '')));
  }
  return hash.digest('hex');
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
