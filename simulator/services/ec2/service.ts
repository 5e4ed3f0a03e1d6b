import * as schemas from '@aws-sdk/client-ec2';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation, SimulatedService } from '../../wire/service.ts';
import type { Ec2World } from './instances.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './operations/attributes.ts';
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './operations/change-state.ts';
import { describeInstanceStatus, describeInstances } from './operations/describe.ts';
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './operations/describe-launch-templates.ts';
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  deleteLaunchTemplate,
  modifyLaunchTemplate,
} from './operations/launch-templates.ts';
import { describeAvailabilityZones, describeInstanceTypes, describeRegions } from './operations/places.ts';
import { runInstances } from './operations/run.ts';
import { createTags, deleteTags, describeTags } from './operations/tags.ts';

export function createEc2Service(world: Ec2World): SimulatedService {
  const operations: Record<string, Operation> = {
    CreateLaunchTemplate: createLaunchTemplate(world),
    CreateLaunchTemplateVersion: createLaunchTemplateVersion(world),
    CreateTags: createTags(world),
    DeleteLaunchTemplate: deleteLaunchTemplate(world),
    DeleteTags: deleteTags(world),
    DescribeAvailabilityZones: describeAvailabilityZones(world),
    DescribeInstanceAttribute: describeInstanceAttribute(world),
    DescribeInstanceStatus: describeInstanceStatus(world),
    DescribeInstances: describeInstances(world),
    DescribeInstanceTypes: describeInstanceTypes(),
    DescribeLaunchTemplates: describeLaunchTemplates(world),
    DescribeLaunchTemplateVersions: describeLaunchTemplateVersions(world),
    DescribeRegions: describeRegions(world),
    DescribeTags: describeTags(world),
    ModifyInstanceAttribute: modifyInstanceAttribute(world),
    ModifyLaunchTemplate: modifyLaunchTemplate(world),
    RebootInstances: rebootInstances(world),
    RunInstances: runInstances(world),
    StartInstances: startInstances(world),
    StopInstances: stopInstances(world),
    TerminateInstances: terminateInstances(world),
  };
  return { name: 'ec2', protocol: 'ec2Query', schemas, operations: mapValues(operations, onlyIfMeant) };
}

/** Every operation of EC2 takes `DryRun`: who may do it is told so by an error (EC2 API reference, DryRun). */
function onlyIfMeant(operation: Operation): Operation {
  return {
    ...operation,
    run: (input, call) => {
      if (input.DryRun !== true) return operation.run(input, call);
      const message = 'Request would have succeeded, but DryRun flag is set.';
      throw new AwsError('DryRunOperation', message, { status: 412 });
    },
  };
}

function mapValues<Value>(values: Record<string, Value>, map: (value: Value) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
