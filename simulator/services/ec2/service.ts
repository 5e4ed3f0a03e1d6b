import * as schemas from '@aws-sdk/client-ec2';
import type { SimulatedService } from '../../wire/service.ts';
import type { Ec2World } from './instances.ts';
import { startInstances, stopInstances, terminateInstances } from './operations/change-state.ts';
import { describeInstanceStatus, describeInstances } from './operations/describe.ts';

export function createEc2Service(world: Ec2World): SimulatedService {
  return {
    name: 'ec2',
    protocol: 'ec2Query',
    schemas,
    operations: {
      DescribeInstances: describeInstances(world),
      DescribeInstanceStatus: describeInstanceStatus(world),
      StartInstances: startInstances(world),
      StopInstances: stopInstances(world),
      TerminateInstances: terminateInstances(world),
    },
  };
}
