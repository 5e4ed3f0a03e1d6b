import type {
  DeleteWarmPoolType,
  DescribeWarmPoolAnswer,
  DescribeWarmPoolType,
  PutWarmPoolType,
  WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import { resolve } from '../groups.ts';
import { validationError } from '../hooks.ts';
import { reconcileSoon } from '../reconcile.ts';
import type { AutoScalingGroup, AutoScalingWorld, WarmPool } from '../state.ts';
import { emptyPool, shrinkPool, warmMembers } from '../warm-pool.ts';
import { instanceShape } from './describe.ts';
import { findGroup, nextTokenOf, onGroup, pageOfItems } from './find.ts';

/**
 * PutWarmPool: what it leaves out keeps its value. Groups that launch Spot Instances cannot have a pool (Warm pools,
 * Limitations, EC2 Auto Scaling guide).
 */
export function putWarmPool(world: AutoScalingWorld): Operation<PutWarmPoolType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      if (resolve(world, group.launchTemplate)?.options.spot)
        throw validationError("You can't add a warm pool to a group that launches Spot Instances.");
      if (group.warmPool?.status !== undefined || group.isDeleting) {
        throw validationError("You can't update a warm pool while it is being deleted.");
      }
      group.warmPool = merged(group.warmPool, request);
      shrinkPool(world, group);
      reconcileSoon(world, group);
      return {};
    },
  };
}

function merged(pool: WarmPool | undefined, request: PutWarmPoolType): WarmPool {
  const { MinSize: minSize = pool?.minSize ?? 0, PoolState: poolState = pool?.poolState ?? 'Stopped' } = request;
  const prepared = request.MaxGroupPreparedCapacity ?? pool?.maxGroupPreparedCapacity;
  // -1 takes an earlier value back.
  const maxGroupPreparedCapacity = prepared === -1 ? undefined : prepared;
  if (maxGroupPreparedCapacity !== undefined && maxGroupPreparedCapacity < minSize) {
    throw validationError('MaxGroupPreparedCapacity must be greater than or equal to MinSize.');
  }
  if (poolState === 'Hibernated') {
    throw validationError(
      "PoolState Hibernated needs a launch template that enables hibernation, which this one doesn't.",
    );
  }
  const reuseOnScaleIn = request.InstanceReusePolicy?.ReuseOnScaleIn ?? pool?.reuseOnScaleIn ?? false;
  return { minSize, maxGroupPreparedCapacity, poolState, reuseOnScaleIn };
}

/** DescribeWarmPool: 50 instances a page, those on their way into the pool and out of the account included. */
export function describeWarmPool(world: AutoScalingWorld): Operation<DescribeWarmPoolType, DescribeWarmPoolAnswer> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      const page = pageOfItems(inOrder(warmMembers(group)), request, { usual: 50, max: 50 });
      return {
        ...(group.warmPool === undefined ? {} : { WarmPoolConfiguration: poolShape(group.warmPool) }),
        Instances: page.items.map(instanceShape),
        ...nextTokenOf(page),
      };
    },
  };
}

/** DeleteWarmPool: a pool with instances only by force, which terminates them without waiting for hooks. */
export function deleteWarmPool(world: AutoScalingWorld): Operation<DeleteWarmPoolType> {
  return {
    authorize: (request) => onGroup(world, request.AutoScalingGroupName),
    run: (request) => {
      const group = findGroup(world, request.AutoScalingGroupName);
      if (group.warmPool === undefined) throw validationError(`The Auto Scaling group ${group.name} has no warm pool.`);
      if (request.ForceDelete !== true) refuseInUse(group);
      group.warmPool = { ...group.warmPool, status: 'PendingDelete' };
      emptyPool(world, group);
      reconcileSoon(world, group);
      return {};
    },
  };
}

function refuseInUse(group: AutoScalingGroup): void {
  const warm = warmMembers(group);
  if (warm.length === 0) return;
  throw warm.every(({ activity }) => activity !== undefined)
    ? new AwsError('ScalingActivityInProgress', 'The warm pool has scaling activities in progress.')
    : new AwsError('ResourceInUse', 'The warm pool still has instances; use ForceDelete, or set its size to zero.');
}

export function poolShape(pool: WarmPool): WarmPoolConfiguration {
  const { maxGroupPreparedCapacity, status } = pool;
  return {
    MinSize: pool.minSize,
    ...(maxGroupPreparedCapacity === undefined ? {} : { MaxGroupPreparedCapacity: maxGroupPreparedCapacity }),
    PoolState: pool.poolState,
    ...(status === undefined ? {} : { Status: status }),
    InstanceReusePolicy: { ReuseOnScaleIn: pool.reuseOnScaleIn },
  };
}
