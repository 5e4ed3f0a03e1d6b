import { later } from '../fleet-context.ts';
import { TIMING } from '../fleet-timing.ts';
import { runHooks } from './hooks.ts';
import { type AutoScalingWorld, type GroupInstance, setState } from './state.ts';
import { leave } from './terminating.ts';

/**
 * One instance of an instance refresh with the ReplaceRootVolume strategy: the instance lives on with an empty disk
 * (Replace root volumes during instance refresh, EC2 Auto Scaling guide). A replacement that fails ends in termination.
 */
export function replaceRootVolume(world: AutoScalingWorld, member: GroupInstance): void {
  if (member.state !== 'InService') return;
  setState(world, member, 'ReplacingRootVolume');
  runHooks(world, member, {
    passage: {
      state: 'ReplacingRootVolume',
      transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      origin: 'AutoScalingGroup',
      destination: 'AutoScalingGroup',
      detail: { Action: 'ReplaceRootVolume' },
    },
    afterwards: (result) => {
      if (result === 'ABANDON') {
        return leave(world, member, { cause: 'its root volume replacement was abandoned.', hooks: 'skip' });
      }
      setState(world, member, 'ReplacingRootVolume:Proceed');
      later(world.context, TIMING.rootVolumeReplacement, () => replaced(world, member));
    },
  });
}

function replaced(world: AutoScalingWorld, member: GroupInstance): void {
  if (member.state !== 'ReplacingRootVolume:Proceed') return;
  setState(world, member, 'RootVolumeReplaced');
  for (const listener of world.listeners) listener.rootVolumeReplaced?.(member);
  later(world.context, TIMING.groupStep, () => {
    if (member.state === 'RootVolumeReplaced') setState(world, member, 'InService');
  });
}
