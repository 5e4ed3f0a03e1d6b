import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { PolicyQuestion } from '../iam/policy.ts';
import type { Authorization } from '../wire/service.ts';
import type { Keys } from './kms/keys.ts';
import type { Topics } from './sns/topics.ts';
import type { Queues, SendRefusal } from './sqs/queues.ts';

/** A message that an AWS service sends under a role that it was given. */
export interface RoleMessage {
  readonly roleArn: string;
  /** A topic or a queue. */
  readonly targetArn: string;
  readonly body: string;
  /** Of topics. */
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
}

/** Undefined when it was sent. */
export type SendAsRole = (message: RoleMessage) => SendRefusal | undefined;

export interface RoleSenderDependencies {
  readonly topics: Topics;
  readonly queues: Queues;
  readonly keys: Keys;
  readonly roleAllows: (roleArn: string, question: PolicyQuestion) => boolean;
}

/**
 * Sends to the topics and queues of the account as a role of it: what the role's own policies say decides, also about
 * the key of what is encrypted. A policy of the topic or queue need not name a role of the same account ("Policy
 * evaluation logic", IAM User Guide).
 */
export function createRoleSender({ topics, queues, keys, roleAllows }: RoleSenderDependencies): SendAsRole {
  const mayDo = (roleArn: string, authorizations: readonly Authorization[]) =>
    authorizations.every(({ action = '', resources, conditions: context = {} }) =>
      resources.every((resource) => roleAllows(roleArn, { action, resource, context })),
    );
  return ({ roleArn, targetArn, body, subject, attributes = {} }) => {
    const topic = topics.find(targetArn);
    if (topic !== undefined) {
      const publish = { action: 'sns:Publish', resources: [targetArn] };
      if (!mayDo(roleArn, [publish, ...keys.requirements(topic.kmsMasterKeyId, 'sns')])) return 'NO_PERMISSIONS';
      topics.publish(topic, { message: body, attributes, ...(subject === undefined ? {} : { subject }) });
      return undefined;
    }
    const queue = queues.find(targetArn);
    if (queue === undefined) return 'NO_RESOURCE';
    const send = { action: 'sqs:SendMessage', resources: [targetArn] };
    if (!mayDo(roleArn, [send, ...keys.requirements(queue.settings.kmsMasterKeyId, 'sqs')])) return 'NO_PERMISSIONS';
    queues.send(queue, { body, attributes, senderId: roleArn });
    return undefined;
  };
}
