import { AwsError } from '../../../wire/aws-error.ts';
import { INSTANCE_TYPES } from '../instance-types.ts';
import type { Ec2World } from '../instances.ts';
import { findVersion, type LaunchTemplate, type LaunchTemplateVersion, templateNamed } from '../launch-templates.ts';

export interface TemplateName {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** EC2's errors for a template that does not exist (Error codes for the Amazon EC2 API). */
export function findTemplate(
  world: Ec2World,
  { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateName,
): LaunchTemplate {
  if ((id === undefined) === (name === undefined)) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Exactly one of LaunchTemplateId and LaunchTemplateName must be specified.',
    );
  }
  if (id !== undefined) {
    if (!/^lt-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
      throw new AwsError('InvalidLaunchTemplateId.Malformed', `Invalid launch template ID: ${id}`);
    }
    const template = world.launchTemplates.get(id);
    if (template !== undefined) return template;
    const message = `The specified launch template, with template ID ${id}, does not exist.`;
    throw new AwsError('InvalidLaunchTemplateId.NotFound', message);
  }
  const template = templateNamed(world, name ?? '');
  if (template !== undefined) return template;
  const message = `The specified launch template, with template name ${name}, does not exist.`;
  throw new AwsError('InvalidLaunchTemplateName.NotFoundException', message);
}

export function requireVersion(template: LaunchTemplate, version: string): LaunchTemplateVersion {
  const found = findVersion(template, version);
  if (found !== undefined) return found;
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${version} of ${template.id}.`,
  );
}

/** Which images exist is not modelled: any that is named as images are. */
export function requireImage(id: string): void {
  if (/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) return;
  throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`);
}

export function requireInstanceType(name: string): void {
  if (INSTANCE_TYPES.has(name)) return;
  throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
}
