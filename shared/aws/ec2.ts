import {
  DescribeInstanceStatusCommand,
  type EC2Client,
  type Instance as Ec2InstanceDescription,
  type InstanceStatus,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import type { Ec2Instance, Ec2InstanceId, Ec2StatusChecks } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { isEc2InstanceUnknown, required } from './errors.ts';

/** EC2 refuses more: "The maximum number of filter values specified on a single call is 200". */
const FILTER_VALUES_MAX = 200;
/** API Reference, DescribeInstances: MaxResults is at most 1000. */
const PAGE_SIZE_MAX = 1000;
/** API Reference, DescribeInstanceStatus: "Maximum 100 explicitly specified instance IDs". */
const STATUS_IDS_MAX = 100;

/**
 * Terminated instances stay listed for about an hour; later they, and all unknown ids, are left out.
 *
 * Filtered rather than asked for by `InstanceIds`: there a single unknown id fails the whole request with
 * InvalidInstanceID.NotFound, and no page size may be given.
 */
export async function describeEc2Instances(
  ec2: EC2Client,
  ids: readonly Ec2InstanceId[],
): Promise<Map<Ec2InstanceId, Ec2Instance>> {
  const found = new Map<Ec2InstanceId, Ec2Instance>();
  const paging = { client: ec2, pageSize: PAGE_SIZE_MAX };
  for (const Values of inBatches(ids, FILTER_VALUES_MAX)) {
    // An account may hide what AWS services manage in it: an instance that is left out would be taken for terminated.
    const request = { Filters: [{ Name: 'instance-id', Values }], IncludeManagedResources: true };
    for await (const page of paginateDescribeInstances(paging, request)) {
      for (const description of (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
        const instance = toEc2Instance(description);
        found.set(instance.ec2InstanceId, instance);
      }
    }
  }
  return found;
}

/**
 * What EC2's status checks say of the instances that run; others, and unknown ids, are left out.
 *
 * There is no filter by id here: EC2 fails the request over a single unknown id, and it may know one in DescribeInstances
 * and not yet here (eventual consistency). The batch is then halved until the unknown ones stand alone.
 */
export async function describeEc2StatusChecks(
  ec2: EC2Client,
  ids: readonly Ec2InstanceId[],
): Promise<Map<Ec2InstanceId, Ec2StatusChecks>> {
  const found = new Map<Ec2InstanceId, Ec2StatusChecks>();
  const batches = inBatches(ids, STATUS_IDS_MAX);
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    try {
      for (const status of await describeStatuses(ec2, batch)) {
        found.set(...toStatusChecks(status));
      }
    } catch (error) {
      if (!isEc2InstanceUnknown(error)) throw error;
      if (batch.length > 1) batches.unshift(...inBatches(batch, Math.ceil(batch.length / 2)));
    }
  }
  return found;
}

async function describeStatuses(ec2: EC2Client, InstanceIds: Ec2InstanceId[]): Promise<InstanceStatus[]> {
  // All of one batch come in one answer: EC2 takes no page size together with ids.
  const answer = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds, IncludeManagedResources: true }));
  return answer.InstanceStatuses ?? [];
}

function toStatusChecks(description: InstanceStatus): [Ec2InstanceId, Ec2StatusChecks] {
  const id = required(description, 'InstanceId', 'an instance status');
  const system = required(required(description, 'SystemStatus', id), 'Status', `${id}'s system status`);
  const instance = required(required(description, 'InstanceStatus', id), 'Status', `${id}'s instance status`);
  return [id, { system, instance }];
}

function toEc2Instance(description: Ec2InstanceDescription): Ec2Instance {
  const ec2InstanceId = required(description, 'InstanceId', 'an EC2 instance');
  const { LaunchTime, InstanceType: instanceType, Placement, Platform, Operator } = description;
  const availabilityZone = Placement?.AvailabilityZone;
  const operator = Operator?.Managed ? (Operator.Principal ?? 'unknown') : undefined;
  return {
    ec2InstanceId,
    state: required(required(description, 'State', ec2InstanceId), 'Name', `${ec2InstanceId}'s state`),
    ...(LaunchTime && { launchedAtMs: LaunchTime.getTime() }),
    ...(instanceType && { instanceType }),
    ...(availabilityZone && { availabilityZone }),
    // EC2's own spelling differs: `windows` in answers, `Windows` in the model's list of values.
    ...(Platform && { platform: Platform.toLowerCase() }),
    ...(operator && { operator }),
  };
}
