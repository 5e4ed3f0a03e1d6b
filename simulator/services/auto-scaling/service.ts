import * as schemas from '@aws-sdk/client-auto-scaling';
import type { RequestBudget, SimulatedService } from '../../wire/service.ts';
import {
  describeAccountLimits,
  describeAdjustmentTypes,
  describeLifecycleHookTypes,
  describeTerminationPolicyTypes,
} from './operations/account.ts';
import { describeScalingActivities } from './operations/activities.ts';
import { setDesiredCapacity, setInstanceHealth, terminateInstanceInAutoScalingGroup } from './operations/capacity.ts';
import {
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  describeLifecycleHooks,
} from './operations/describe.ts';
import { createAutoScalingGroup, deleteAutoScalingGroup, updateAutoScalingGroup } from './operations/groups.ts';
import {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  startInstanceRefresh,
} from './operations/instance-refresh.ts';
import {
  completeLifecycleAction,
  deleteLifecycleHook,
  putLifecycleHook,
  recordLifecycleActionHeartbeat,
} from './operations/lifecycle.ts';
import { attachInstances, detachInstances, setInstanceProtection } from './operations/members.ts';
import { resumeProcesses, suspendProcesses } from './operations/processes.ts';
import { enterStandby, exitStandby } from './operations/standby.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './operations/tags.ts';
import { deleteWarmPool, describeWarmPool, putWarmPool } from './operations/warm-pool.ts';
import type { AutoScalingWorld } from './state.ts';

/** All calls share one budget, whose size AWS does not publish; this one is on the small side of what people report. */
const SHARED_BUDGET = { burst: 100, perSecond: 20 } as const;

export function createAutoScalingService(world: AutoScalingWorld): SimulatedService {
  const operations = {
    AttachInstances: attachInstances(world),
    CancelInstanceRefresh: cancelInstanceRefresh(world),
    CompleteLifecycleAction: completeLifecycleAction(world),
    CreateAutoScalingGroup: createAutoScalingGroup(world),
    CreateOrUpdateTags: createOrUpdateTags(world),
    DeleteAutoScalingGroup: deleteAutoScalingGroup(world),
    DeleteLifecycleHook: deleteLifecycleHook(world),
    DeleteTags: deleteTags(world),
    DeleteWarmPool: deleteWarmPool(world),
    DescribeAccountLimits: describeAccountLimits(world),
    DescribeAdjustmentTypes: describeAdjustmentTypes(),
    DescribeAutoScalingGroups: describeAutoScalingGroups(world),
    DescribeAutoScalingInstances: describeAutoScalingInstances(world),
    DescribeInstanceRefreshes: describeInstanceRefreshes(world),
    DescribeLifecycleHookTypes: describeLifecycleHookTypes(),
    DescribeLifecycleHooks: describeLifecycleHooks(world),
    DescribeScalingActivities: describeScalingActivities(world),
    DescribeTags: describeTags(world),
    DescribeTerminationPolicyTypes: describeTerminationPolicyTypes(),
    DescribeWarmPool: describeWarmPool(world),
    DetachInstances: detachInstances(world),
    EnterStandby: enterStandby(world),
    ExitStandby: exitStandby(world),
    PutLifecycleHook: putLifecycleHook(world),
    PutWarmPool: putWarmPool(world),
    RecordLifecycleActionHeartbeat: recordLifecycleActionHeartbeat(world),
    ResumeProcesses: resumeProcesses(world),
    SetDesiredCapacity: setDesiredCapacity(world),
    SetInstanceHealth: setInstanceHealth(world),
    SetInstanceProtection: setInstanceProtection(world),
    StartInstanceRefresh: startInstanceRefresh(world),
    SuspendProcesses: suspendProcesses(world),
    TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup(world),
    UpdateAutoScalingGroup: updateAutoScalingGroup(world),
  };
  const budgets: RequestBudget[] = [{ operations: Object.keys(operations), ...SHARED_BUDGET }];
  return { name: 'autoscaling', protocol: 'awsQuery', schemas, operations, budgets };
}
