import { type EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Ec2Instance, Ec2InstanceId } from '../domain/model.ts';
import { inBatches } from './batches.ts';
import { required } from './errors.ts';

/** EC2 refuses more: "The maximum number of filter values specified on a single call is 200". */
const FILTER_VALUES_MAX = 200;
/** API Reference, DescribeInstances: MaxResults is at most 1000. */
const PAGE_SIZE_MAX = 1000;

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
    const request = { Filters: [{ Name: 'instance-id', Values }] };
    for await (const page of paginateDescribeInstances(paging, request)) {
      for (const description of (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
        const ec2InstanceId = required(description, 'InstanceId', 'an EC2 instance');
        const state = required(required(description, 'State', ec2InstanceId), 'Name', `${ec2InstanceId}'s state`);
        found.set(ec2InstanceId, { ec2InstanceId, state });
      }
    }
  }
  return found;
}
