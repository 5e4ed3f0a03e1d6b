import { entryOf } from '../../kernel/entry-of.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { isObject, parseJson } from '../template-properties.ts';

export interface QueueSettings {
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly messageBytesMax: number;
  /** After this many receives, the next one moves the message to the dead-letter queue. */
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number } | undefined;
  /** Which queues may have this one as their dead-letter queue; undefined: all. */
  readonly redriveAllow?:
    | {
        readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
        readonly sourceQueueArns: readonly string[];
      }
    | undefined;
  /** How long ReceiveMessage waits where the caller does not say. */
  readonly receiveWaitSeconds: number;
  readonly kmsMasterKeyId?: string | undefined;
  readonly keyReuseSeconds: number;
  /** With keys of SQS's own, where there is no KMS key. */
  readonly isEncryptedBySqs: boolean;
}

/** Defaults: CreateQueue, API reference. */
export const DEFAULT_SETTINGS: QueueSettings = {
  delaySeconds: 0,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  messageBytesMax: 1_048_576,
  receiveWaitSeconds: 0,
  keyReuseSeconds: 300,
  isEncryptedBySqs: true,
};

type NumberSetting = {
  [Name in keyof QueueSettings]-?: QueueSettings[Name] extends number ? Name : never;
}[keyof QueueSettings];

/** The attributes that are whole numbers, with their limits (SetQueueAttributes, API reference). */
const NUMBERS: Readonly<Record<string, readonly [setting: NumberSetting, min: number, max: number]>> = {
  DelaySeconds: ['delaySeconds', 0, 900],
  VisibilityTimeout: ['visibilityTimeoutSeconds', 0, 43_200],
  MessageRetentionPeriod: ['retentionSeconds', 60, 1_209_600],
  MaximumMessageSize: ['messageBytesMax', 1_024, 1_048_576],
  ReceiveMessageWaitTimeSeconds: ['receiveWaitSeconds', 0, 20],
  KmsDataKeyReusePeriodSeconds: ['keyReuseSeconds', 60, 86_400],
};

/**
 * The settings that attributes of CreateQueue or SetQueueAttributes make of those there are; the attribute `Policy` is no
 * setting, and ignored.
 *
 * @throws AwsError `InvalidAttributeName` or `InvalidAttributeValue`
 */
export function changedSettings(settings: QueueSettings, attributes: Readonly<Record<string, string>>): QueueSettings {
  return Object.entries(attributes).reduce((changed, [name, value]) => change(changed, name, value), settings);
}

function change(settings: QueueSettings, name: string, value: string): QueueSettings {
  const number = entryOf(NUMBERS, name);
  if (number !== undefined) {
    const [setting, min, max] = number;
    if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) throw invalidValue(name);
    return { ...settings, [setting]: Number(value) };
  }
  switch (name) {
    case 'Policy':
      return settings;
    case 'RedrivePolicy':
      return { ...settings, redrive: value === '' ? undefined : parseRedrive(value) };
    case 'RedriveAllowPolicy':
      return { ...settings, redriveAllow: value === '' ? undefined : parseRedriveAllow(value) };
    case 'KmsMasterKeyId':
      return { ...settings, kmsMasterKeyId: value === '' ? undefined : value, isEncryptedBySqs: value === '' };
    case 'SqsManagedSseEnabled':
      if (value !== 'true' && value !== 'false') throw invalidValue(name);
      return {
        ...settings,
        isEncryptedBySqs: value === 'true',
        ...(value === 'true' && { kmsMasterKeyId: undefined }),
      };
    default:
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
}

function parseRedrive(text: string): QueueSettings['redrive'] {
  const policy = objectIn('RedrivePolicy', text, ['deadLetterTargetArn', 'maxReceiveCount']);
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1_000) {
    throw invalidValue('RedrivePolicy');
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function parseRedriveAllow(text: string): QueueSettings['redriveAllow'] {
  const policy = objectIn('RedriveAllowPolicy', text, ['redrivePermission', 'sourceQueueArns']);
  const { redrivePermission: permission, sourceQueueArns: sources = [] } = policy;
  const isKnown = permission === 'allowAll' || permission === 'denyAll' || permission === 'byQueue';
  if (
    !isKnown ||
    !Array.isArray(sources) ||
    sources.length > 10 ||
    (permission === 'byQueue') === (sources.length === 0)
  ) {
    throw invalidValue('RedriveAllowPolicy');
  }
  return { redrivePermission: permission, sourceQueueArns: sources.map(String) };
}

function objectIn(attribute: string, text: string, members: readonly string[]): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  if (!isObject(value) || Object.keys(value).some((name) => !members.includes(name))) throw invalidValue(attribute);
  return value;
}

export function invalidValue(attribute: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${attribute}.`);
}
