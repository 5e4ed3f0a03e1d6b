// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like JavaScript's
import { entryOf } from '../../kernel/entry-of.ts';
import { isObject } from '../../services/template-properties.ts';

const SERVICE_ROLES = 'arn:aws:iam::aws:policy/service-role/';

export const EXECUTION_ROLE = {
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: ['sts:AssumeRole'] }],
  },
  managedPolicy: `${SERVICE_ROLES}AWSLambdaBasicExecutionRole`,
};

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: object;
}

/**
 * The `Policies` of a serverless function: names and ARNs of managed policies, policy documents, and SAM's policy
 * templates, one or a list of them.
 */
export function policiesOf(logicalId: string, given: unknown): { managed: unknown[]; inline: InlinePolicy[] } {
  const managed: unknown[] = [];
  const inline: InlinePolicy[] = [];
  const add = (document: object) =>
    inline.push({ PolicyName: `${logicalId}RolePolicy${inline.length}`, PolicyDocument: document });
  for (const policy of [given ?? []].flat()) {
    if (typeof policy === 'string') managed.push(managedPolicyArn(policy));
    else if (!isObject(policy)) throw new Error(`${logicalId}: a policy must be a name or a document`);
    else if ('Statement' in policy) add({ Version: '2012-10-17', ...policy });
    else if ('Ref' in policy || Object.keys(policy).some((name) => name.startsWith('Fn::'))) managed.push(policy);
    else add(fromTemplates(logicalId, policy));
  }
  return { managed, inline };
}

export function managedPolicyArn(nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const isServiceRole = nameOrArn.startsWith('AWSLambda') || nameOrArn === 'AutoScalingNotificationAccessRole';
  return isServiceRole ? `${SERVICE_ROLES}${nameOrArn}` : `arn:aws:iam::aws:policy/${nameOrArn}`;
}

interface PolicyTemplate {
  readonly parameter: string;
  readonly actions: readonly string[];
  /** After the partition; `{}` stands for the parameter. */
  readonly resources: readonly string[];
}

const HERE = '${AWS::Region}:${AWS::AccountId}';
const TABLE = [`dynamodb:${HERE}:table/{}`, `dynamodb:${HERE}:table/{}/index/*`];

/** Those of SAM's policy templates that are about services simulated here (SAM Developer Guide, "SAM policy templates"). */
const TEMPLATES: Readonly<Record<string, PolicyTemplate>> = {
  SQSPollerPolicy: {
    parameter: 'QueueName',
    actions: [
      'sqs:ChangeMessageVisibility',
      'sqs:ChangeMessageVisibilityBatch',
      'sqs:DeleteMessage',
      'sqs:DeleteMessageBatch',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ],
    resources: [`sqs:${HERE}:{}`],
  },
  SQSSendMessagePolicy: { parameter: 'QueueName', actions: ['sqs:SendMessage*'], resources: [`sqs:${HERE}:{}`] },
  SNSPublishMessagePolicy: { parameter: 'TopicName', actions: ['sns:Publish'], resources: [`sns:${HERE}:{}`] },
  LambdaInvokePolicy: {
    parameter: 'FunctionName',
    actions: ['lambda:InvokeFunction'],
    resources: [`lambda:${HERE}:function:{}*`],
  },
  EventBridgePutEventsPolicy: {
    parameter: 'EventBusName',
    actions: ['events:PutEvents'],
    resources: [`events:${HERE}:event-bus/{}`],
  },
  DynamoDBReadPolicy: {
    parameter: 'TableName',
    actions: ['GetItem', 'Scan', 'Query', 'BatchGetItem', 'DescribeTable'].map((name) => `dynamodb:${name}`),
    resources: TABLE,
  },
  DynamoDBWritePolicy: {
    parameter: 'TableName',
    actions: ['PutItem', 'UpdateItem', 'BatchWriteItem'].map((name) => `dynamodb:${name}`),
    resources: TABLE,
  },
  DynamoDBCrudPolicy: {
    parameter: 'TableName',
    actions: [
      'GetItem',
      'DeleteItem',
      'PutItem',
      'Scan',
      'Query',
      'UpdateItem',
      'BatchWriteItem',
      'BatchGetItem',
      'DescribeTable',
      'ConditionCheckItem',
    ].map((name) => `dynamodb:${name}`),
    resources: TABLE,
  },
};

function fromTemplates(logicalId: string, policy: Readonly<Record<string, unknown>>): object {
  const Statement = Object.entries(policy).map(([name, given]) => {
    const template = entryOf(TEMPLATES, name);
    if (template === undefined) {
      throw new Error(`${logicalId}: the policy template ${name} is not supported: write its statements out`);
    }
    const value = isObject(given) ? given[template.parameter] : undefined;
    if (value === undefined) throw new Error(`${logicalId}: ${name} needs ${template.parameter}`);
    const Resource = template.resources.map((resource) => ({
      'Fn::Sub': [`arn:\${AWS::Partition}:${resource.replace('{}', '${name}')}`, { name: value }],
    }));
    return { Effect: 'Allow', Action: template.actions, Resource };
  });
  return { Version: '2012-10-17', Statement };
}
