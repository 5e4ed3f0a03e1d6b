import type { DescribeInstanceInformationCommandInput } from '@aws-sdk/client-ssm';
import { entryOf } from '../../kernel/entry-of.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { pageAt } from './pages.ts';

/** A host whose SSM agent has registered. */
export interface ManagedInstance {
  /** `i-...`, or `mi-...` for one outside of EC2. */
  readonly instanceId: string;
  /** Whether its SSM agent answers now. */
  readonly isOnline: boolean;
  readonly ipAddress?: string | undefined;
}

const PAGE_MAX = 50;
const AGENT_VERSION = '3.3.1611.0';

export function instanceOperations(
  kernel: Kernel,
  managedInstances: () => readonly ManagedInstance[],
): Record<string, Operation> {
  return {
    DescribeInstanceInformation: {
      authorize: () => ({ resources: ['*'] }),
      run(input: DescribeInstanceInformationCommandInput) {
        const filters = filtersOf(input);
        const all = managedInstances().map((instance) => describe(kernel, instance));
        const found = all.filter((one) =>
          filters.every(({ key, values }) => values.includes(String(one[entryOf(FILTERS, key) ?? 'InstanceId']))),
        );
        const { items, token } = pageAt(found, { token: input.NextToken, size: input.MaxResults ?? PAGE_MAX });
        return { InstanceInformationList: items, ...token };
      },
    },
  };
}

type Information = ReturnType<typeof describe>;

/** What can be filtered by, and the member that it means. */
const FILTERS: Readonly<Record<string, keyof Information>> = {
  InstanceIds: 'InstanceId',
  PingStatus: 'PingStatus',
  PlatformTypes: 'PlatformType',
  AgentVersion: 'AgentVersion',
  ResourceType: 'ResourceType',
};

function filtersOf({ Filters = [], InstanceInformationFilterList: old = [] }: DescribeInstanceInformationCommandInput) {
  const filters = [
    ...Filters.map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
    ...old.map(({ key, valueSet }) => ({ key: String(key), values: valueSet ?? [] })),
  ];
  const unknown = filters.find(({ key }) => entryOf(FILTERS, key) === undefined);
  if (unknown !== undefined) {
    throw new AwsError('InvalidFilterKey', `The simulator does not model the filter ${unknown.key}`);
  }
  return filters;
}

function describe(kernel: Kernel, { instanceId, isOnline, ipAddress }: ManagedInstance) {
  return {
    InstanceId: instanceId,
    PingStatus: isOnline ? 'Online' : 'ConnectionLost',
    LastPingDateTime: new Date(kernel.clock.now()),
    AgentVersion: AGENT_VERSION,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ResourceType: instanceId.startsWith('mi-') ? 'ManagedInstance' : 'EC2Instance',
    ...(ipAddress !== undefined && { IPAddress: ipAddress }),
  };
}
