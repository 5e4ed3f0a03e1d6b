import type { LaunchTemplateSpecification, UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling';
import { findVersion, templateNamed } from '../../ec2/launch-templates.ts';
import { zonesOf } from '../../ec2/zones.ts';
import { validationError } from '../hooks.ts';
import type { AutoScalingWorld, GroupConfiguration, LaunchSource } from '../state.ts';

/** The members of CreateAutoScalingGroup and UpdateAutoScalingGroup that are a group's configuration. */
export const CONFIGURATION_MEMBERS = [
  'AutoScalingGroupName',
  'AvailabilityZones',
  'DefaultCooldown',
  'DefaultInstanceWarmup',
  'DesiredCapacity',
  'HealthCheckGracePeriod',
  'HealthCheckType',
  'InstanceLifecyclePolicy',
  'LaunchTemplate',
  'MaxSize',
  'MinSize',
  'NewInstancesProtectedFromScaleIn',
  'TerminationPolicies',
] as const;

type Request = Pick<
  UpdateAutoScalingGroupType,
  (typeof CONFIGURATION_MEMBERS)[number] | 'LaunchConfigurationName' | 'VPCZoneIdentifier'
>;

type Changes = { -readonly [Member in keyof GroupConfiguration]?: GroupConfiguration[Member] };

/** What a request sets. @throws AwsError where it names what the account does not have */
export function configurationOf(world: AutoScalingWorld, request: Request): Changes {
  refuseMissing(request);
  const changes: Changes = {};
  const set = <Member extends keyof Changes>(member: Member, value: Changes[Member] | undefined) => {
    if (value !== undefined) changes[member] = value;
  };
  const { LaunchTemplate: template, InstanceLifecyclePolicy: policy } = request;
  if (template !== undefined) set('launchTemplate', launchSource(world, template));
  set(
    'availabilityZones',
    request.AvailabilityZones?.map((zone) => requireZone(world, zone)),
  );
  set('defaultCooldownSeconds', request.DefaultCooldown);
  // -1 takes an earlier value back (UpdateAutoScalingGroup, API reference).
  if (request.DefaultInstanceWarmup === -1) changes.defaultInstanceWarmupSeconds = undefined;
  else set('defaultInstanceWarmupSeconds', request.DefaultInstanceWarmup);
  set('healthCheckGracePeriodSeconds', request.HealthCheckGracePeriod);
  set('healthCheckType', request.HealthCheckType);
  set('newInstancesProtected', request.NewInstancesProtectedFromScaleIn);
  set('terminationPolicies', request.TerminationPolicies?.map(requirePolicy));
  if (policy !== undefined) set('retainOnAbandon', policy.RetentionTriggers?.TerminateHookAbandon === 'retain');
  return changes;
}

/** There are no launch configurations and no subnets in the account. */
function refuseMissing({ LaunchConfigurationName: name, VPCZoneIdentifier: subnets }: Request): void {
  if (name !== undefined) {
    throw validationError(
      `Launch configuration name not found - A launch configuration with the name: ${name} does not exist`,
    );
  }
  const [subnet] = subnets?.split(',') ?? [];
  if (subnet !== undefined && subnet !== '') throw validationError(`The subnet ID '${subnet}' does not exist`);
}

export function launchSource(
  { ec2 }: AutoScalingWorld,
  { LaunchTemplateId: id, LaunchTemplateName: name, Version: version = '$Default' }: LaunchTemplateSpecification,
): LaunchSource {
  const template = id === undefined ? templateNamed(ec2, name ?? '') : ec2.launchTemplates.get(id);
  const named = id === undefined ? `template name ${name}` : `template ID ${id}`;
  if (template === undefined) {
    throw validationError(
      `You must use a valid fully-formed launch template. The specified launch template, with ${named}, does not exist.`,
    );
  }
  const found = findVersion(template, version);
  if (found === undefined) {
    throw validationError(
      `You must use a valid fully-formed launch template. Could not find launch template version ${version}.`,
    );
  }
  if (found.data.ImageId === undefined) {
    throw validationError(
      'You must use a valid fully-formed launch template. The request must contain the parameter ImageId',
    );
  }
  return { template, version };
}

function requireZone({ context }: AutoScalingWorld, zone: string): string {
  if (zonesOf(context).some(({ name }) => name === zone)) return zone;
  throw validationError(`Invalid availability zone: [${zone}]`);
}

/** Among equals in the zone that has most, the default policy goes by age. */
const POLICIES: ReadonlySet<string> = new Set(['Default', 'OldestInstance', 'NewestInstance']);

function requirePolicy(policy: string): string {
  if (POLICIES.has(policy)) return policy;
  throw validationError(`The simulator does not model the termination policy ${policy}`);
}
