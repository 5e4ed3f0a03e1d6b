import type { Kernel } from '../../kernel/kernel.ts';
import type { Authorization, Caller, ResourceProvider } from '../../wire/service.ts';
import { checkResourcePolicy, evaluateResourcePolicy } from '../resource-policy.ts';
import { flagOf, objectOf, refuseUnknown, requiredTextOf, type TemplateProperties } from '../template-properties.ts';

/**
 * Customer managed keys, as far as encrypted topics and queues need them: who may use a key by its policy.
 *
 * Nothing is encrypted. What matters is the mistake: a service that publishes to an encrypted topic without
 * permission on its key fails silently in production.
 */
export interface Keys {
  /** Whether an AWS service may encrypt with the key, by the key's policy alone (services have no other policy). */
  allowsService(keyId: string, service: string, conditions: Readonly<Record<string, string>>): boolean;
  /** What a role needs besides the action itself; nothing where the key is AWS managed (its policy lets the account in). */
  requirements(keyId: string | undefined, viaService: string): readonly Authorization[];
  /** What a caller needs of these. */
  authorizations(keyId: string | undefined, caller: Caller, viaService: string): readonly Authorization[];
  readonly providers: Readonly<Record<string, ResourceProvider>>;
}

/** "Configure KMS permissions" (SNS), "Key management" (SQS): producers need both. */
const PRODUCER_ACTIONS = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;

export function createKeys(kernel: Kernel): Keys {
  const { accountId, region } = kernel.place;
  const random = kernel.random.fork('kms');
  const policies = new Map<string, TemplateProperties>();
  const aliases = new Map<string, string>();

  const arnOf = (keyId: string): string => {
    const name = keyId.replace(/^arn:aws:kms:[^:]+:\d+:/, '').replace(/^key\//, '');
    return aliases.get(name) ?? `arn:aws:kms:${region}:${accountId}:key/${name}`;
  };

  const requirements: Keys['requirements'] = (keyId, viaService) => {
    if (keyId === undefined || keyId.includes('alias/aws/')) return [];
    const conditions = { 'kms:ViaService': `${viaService}.${region}.amazonaws.com`, 'kms:CallerAccount': accountId };
    return PRODUCER_ACTIONS.map((action) => ({ action, resources: [arnOf(keyId)], conditions }));
  };

  return {
    requirements,

    allowsService(keyId, service, conditions) {
      const resource = arnOf(keyId);
      const policy = policies.get(resource);
      return PRODUCER_ACTIONS.every((action) => {
        return evaluateResourcePolicy(policy, { service, action, resource, conditions }) === 'allow';
      });
    },

    authorizations: (keyId, caller, viaService) => (caller.kind === 'function' ? requirements(keyId, viaService) : []),

    providers: {
      'AWS::KMS::Key': {
        create(properties) {
          refuseUnknown('AWS::KMS::Key', properties, [
            'Description',
            'EnableKeyRotation',
            'Enabled',
            'KeyPolicy',
            'KeySpec',
            'KeyUsage',
            'PendingWindowInDays',
            'RotationPeriodInDays',
            'Tags',
          ]);
          flagOf(properties, 'EnableKeyRotation');
          const keyId = random.uuid();
          const arn = `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
          const policy = objectOf(properties, 'KeyPolicy') ?? defaultPolicy(accountId);
          checkResourcePolicy(policy);
          policies.set(arn, policy);
          return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
        },
      },
      'AWS::KMS::Alias': {
        create(properties) {
          refuseUnknown('AWS::KMS::Alias', properties, ['AliasName', 'TargetKeyId']);
          const name = requiredTextOf(properties, 'AliasName');
          aliases.set(name, arnOf(requiredTextOf(properties, 'TargetKeyId')));
          return { ref: name, attributes: {} };
        },
      },
    },
  };
}

function defaultPolicy(accountId: string): TemplateProperties {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return { Version: '2012-10-17', Statement: [statement] };
}
