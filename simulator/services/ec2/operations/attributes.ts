import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import type { Ec2Instance, Ec2World } from '../instances.ts';
import { onInstances } from './change-state.ts';
import { findInstances } from './find.ts';
import { requireInstanceType } from './named.ts';
import { refuseOthers } from './unmodelled.ts';

function find(world: Ec2World, id: string | undefined): Ec2Instance {
  const [instance] = findInstances(world, [id ?? '']);
  if (instance === undefined)
    throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  return instance;
}

export function describeInstanceAttribute(
  world: Ec2World,
): Operation<DescribeInstanceAttributeRequest, InstanceAttribute> {
  return {
    authorize: ({ InstanceId: id = '' }) => onInstances(world, [id]),
    run: ({ InstanceId: id, Attribute: name }) => {
      const instance = find(world, id);
      switch (name) {
        case 'disableApiTermination':
          return {
            InstanceId: instance.instanceId,
            DisableApiTermination: { Value: instance.isTerminationProtected },
          };
        case 'instanceType':
          return { InstanceId: instance.instanceId, InstanceType: { Value: instance.instanceType } };
        case 'userData':
          return {
            InstanceId: instance.instanceId,
            UserData: instance.userData === undefined ? {} : { Value: instance.userData },
          };
        default:
          throw new AwsError('UnsupportedOperation', `The simulator does not model the attribute ${name}`);
      }
    },
  };
}

const MODELLED: ReadonlySet<string> = new Set([
  'Attribute',
  'DisableApiTermination',
  'DryRun',
  'InstanceId',
  'InstanceType',
  'Value',
]);

/** ModifyInstanceAttribute: termination protection at any time, the instance type only of a stopped instance. */
export function modifyInstanceAttribute(world: Ec2World): Operation<ModifyInstanceAttributeRequest> {
  return {
    authorize: ({ InstanceId: id = '' }) => onInstances(world, [id]),
    run: (request) => {
      refuseOthers(request, MODELLED);
      const instance = find(world, request.InstanceId);
      const { DisableApiTermination: protection, InstanceType: type } = { ...request, ...named(request) };
      if (protection?.Value !== undefined) instance.isTerminationProtected = protection.Value;
      if (type?.Value !== undefined) changeType(instance, type.Value);
      return {};
    },
  };
}

/** The older form of the request: the attribute's name, and its value as text. */
function named({
  Attribute: name,
  Value: value,
}: ModifyInstanceAttributeRequest): Pick<ModifyInstanceAttributeRequest, 'DisableApiTermination' | 'InstanceType'> {
  if (name === undefined) return {};
  if (name === 'disableApiTermination') return { DisableApiTermination: { Value: value === 'true' } };
  if (name === 'instanceType' && value !== undefined) return { InstanceType: { Value: value } };
  throw new AwsError('UnsupportedOperation', `The simulator does not model the attribute ${name}`);
}

function changeType(instance: Ec2Instance, type: string): void {
  requireInstanceType(type);
  if (instance.state !== 'stopped') {
    const message = `The instance '${instance.instanceId}' is not in the 'stopped' state.`;
    throw new AwsError('IncorrectInstanceState', message);
  }
  instance.instanceType = type;
}
