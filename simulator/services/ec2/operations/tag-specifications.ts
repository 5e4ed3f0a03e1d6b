import type { TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';

/** The tags that a request gives to what it creates of this type. */
export function tagsFor(type: string, specifications: readonly TagSpecification[] | undefined): Record<string, string> {
  const tags = (specifications ?? [])
    .filter(({ ResourceType }) => ResourceType === type)
    .flatMap(({ Tags = [] }) => Tags);
  for (const { Key } of tags) refuseReserved(Key);
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** EC2 User Guide, Tag restrictions. */
export function refuseReserved(key: string | undefined): void {
  if (key?.toLowerCase().startsWith('aws:') !== true) return;
  const message = "Tag keys starting with 'aws:' are reserved for internal use";
  throw new AwsError('InvalidParameterValue', message);
}
