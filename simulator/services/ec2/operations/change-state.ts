import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Authorization, Operation } from '../../../wire/service.ts';
import {
  type Ec2Instance,
  type Ec2State,
  type Ec2World,
  instanceArn,
  rebootInstance,
  startInstance,
  stopInstance,
  terminateInstance,
  transitionReason,
} from '../instances.ts';
import { findInstances, stateShape } from './find.ts';

interface InstanceIdsRequest {
  readonly InstanceIds: string[] | undefined;
}

/** One permission per instance: each has tags of its own to be allowed by. */
export function onInstances(world: Ec2World, ids: readonly string[]): Authorization[] {
  return ids.map((id) => {
    const conditions: Record<string, string> = {};
    for (const [key, value] of world.instances.get(id)?.tags ?? []) {
      conditions[`aws:ResourceTag/${key}`] = value;
      conditions[`ec2:ResourceTag/${key}`] = value;
    }
    return { resources: [instanceArn(world, id)], conditions };
  });
}

function authorize(world: Ec2World, { InstanceIds: ids = [] }: InstanceIdsRequest): Authorization[] {
  return onInstances(world, ids);
}

interface Transition {
  readonly allowedFrom: readonly Ec2State[];
  readonly verb: string;
  readonly act: (instance: Ec2Instance) => void;
}

function change(world: Ec2World, ids: readonly string[], transition: Transition): InstanceStateChange[] {
  const instances = findInstances(world, ids);
  const wrong = instances.find((instance) => !transition.allowedFrom.includes(instance.state));
  if (wrong !== undefined) {
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${wrong.instanceId}' is not in a state from which it can be ${transition.verb}.`,
    );
  }
  return instances.map((instance) => {
    const previous = instance.state;
    transition.act(instance);
    return {
      InstanceId: instance.instanceId,
      CurrentState: stateShape(instance.state),
      PreviousState: stateShape(previous),
    };
  });
}

/**
 * TerminateInstances: idempotent, terminated instances included. One that is protected keeps the others of its
 * Availability Zone too; those of other zones are terminated although the call fails (TerminateInstances, API reference).
 */
export function terminateInstances(world: Ec2World): Operation<InstanceIdsRequest> {
  return {
    authorize: (request) => authorize(world, request),
    run: ({ InstanceIds: ids = [] }) => {
      const instances = findInstances(world, ids);
      const kept = instances.filter(({ isTerminationProtected, state }) => isTerminationProtected && !isGone(state));
      const zones = new Set(kept.map(({ availabilityZone }) => availabilityZone));
      const free = instances.filter(({ availabilityZone }) => !zones.has(availabilityZone));
      const TerminatingInstances = change(world, idsOf(free), {
        allowedFrom: ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
        verb: 'terminated',
        act: (instance) => terminateInstance(world, instance, transitionReason(world, 'User initiated')),
      });
      const [first] = kept;
      if (first === undefined) return { TerminatingInstances };
      throw new AwsError(
        'OperationNotPermitted',
        `The instance '${first.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    },
  };
}

function isGone(state: Ec2State): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

function idsOf(instances: readonly Ec2Instance[]): string[] {
  return instances.map(({ instanceId }) => instanceId);
}

/** RebootInstances: the state stays `running`. */
export function rebootInstances(world: Ec2World): Operation<InstanceIdsRequest> {
  return {
    authorize: (request) => authorize(world, request),
    run: ({ InstanceIds: ids = [] }) => {
      change(world, ids, {
        allowedFrom: ['running'],
        verb: 'rebooted',
        act: (instance) => rebootInstance(world, instance),
      });
      return {};
    },
  };
}

export function stopInstances(world: Ec2World): Operation<InstanceIdsRequest> {
  return {
    authorize: (request) => authorize(world, request),
    run: ({ InstanceIds: ids = [] }) => ({
      StoppingInstances: change(world, ids, {
        allowedFrom: ['pending', 'running', 'stopping', 'stopped'],
        verb: 'stopped',
        act: (instance) => stopInstance(world, instance, transitionReason(world, 'User initiated')),
      }),
    }),
  };
}

export function startInstances(world: Ec2World): Operation<InstanceIdsRequest> {
  return {
    authorize: (request) => authorize(world, request),
    run: ({ InstanceIds: ids = [] }) => ({
      StartingInstances: change(world, ids, {
        allowedFrom: ['pending', 'running', 'stopped'],
        verb: 'started',
        act: (instance) => startInstance(world, instance),
      }),
    }),
  };
}
