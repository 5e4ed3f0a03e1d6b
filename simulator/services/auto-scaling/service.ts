import * as schemas from '@aws-sdk/client-auto-scaling';
import type { RequestBudget, SimulatedService } from '../../wire/service.ts';
import {
  setDesiredCapacity,
  setInstanceHealth,
  terminateInstanceInAutoScalingGroup,
  updateAutoScalingGroup,
} from './operations/capacity.ts';
import {
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  describeLifecycleHooks,
  describeScalingActivities,
} from './operations/describe.ts';
import { detachInstances } from './operations/detach.ts';
import { completeLifecycleAction, putLifecycleHook, recordLifecycleActionHeartbeat } from './operations/lifecycle.ts';
import { resumeProcesses, suspendProcesses } from './operations/processes.ts';
import { deleteWarmPool, describeWarmPool, putWarmPool } from './operations/warm-pool.ts';
import type { AutoScalingWorld } from './state.ts';

/** All calls share one budget, whose size AWS does not publish; this one is on the small side of what people report. */
const SHARED_BUDGET = { burst: 100, perSecond: 20 } as const;

export function createAutoScalingService(world: AutoScalingWorld): SimulatedService {
  const operations = {
    CompleteLifecycleAction: completeLifecycleAction(world),
    DeleteWarmPool: deleteWarmPool(world),
    DescribeAutoScalingGroups: describeAutoScalingGroups(world),
    DescribeAutoScalingInstances: describeAutoScalingInstances(world),
    DescribeLifecycleHooks: describeLifecycleHooks(world),
    DescribeScalingActivities: describeScalingActivities(world),
    DescribeWarmPool: describeWarmPool(world),
    DetachInstances: detachInstances(world),
    PutLifecycleHook: putLifecycleHook(world),
    PutWarmPool: putWarmPool(world),
    RecordLifecycleActionHeartbeat: recordLifecycleActionHeartbeat(world),
    ResumeProcesses: resumeProcesses(world),
    SetDesiredCapacity: setDesiredCapacity(world),
    SetInstanceHealth: setInstanceHealth(world),
    SuspendProcesses: suspendProcesses(world),
    TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup(world),
    UpdateAutoScalingGroup: updateAutoScalingGroup(world),
  };
  const budgets: RequestBudget[] = [{ operations: Object.keys(operations), ...SHARED_BUDGET }];
  return { name: 'autoscaling', protocol: 'awsQuery', schemas, operations, budgets };
}
