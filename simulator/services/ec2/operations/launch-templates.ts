import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Authorization, Operation } from '../../../wire/service.ts';
import { arn } from '../../fleet-context.ts';
import type { Ec2World } from '../instances.ts';
import { addLaunchTemplate, addVersion, templateNamed } from '../launch-templates.ts';
import { templateShape, versionShape } from './describe-launch-templates.ts';
import { findTemplate, requireImage, requireInstanceType, requireVersion, type TemplateName } from './named.ts';
import { tagsFor } from './tag-specifications.ts';
import { refuseOthers } from './unmodelled.ts';

/** Named in a template they are kept and shown; those of networks, volumes and keys change nothing here. */
const MODELLED: ReadonlySet<string> = new Set([
  'BlockDeviceMappings',
  'DisableApiTermination',
  'EbsOptimized',
  'IamInstanceProfile',
  'ImageId',
  'InstanceMarketOptions',
  'InstanceType',
  'KeyName',
  'MetadataOptions',
  'Monitoring',
  'SecurityGroupIds',
  'SecurityGroups',
  'TagSpecifications',
  'UserData',
]);

function checkData(data: RequestLaunchTemplateData): RequestLaunchTemplateData {
  refuseOthers(data, MODELLED);
  if (data.ImageId !== undefined) requireImage(data.ImageId);
  if (data.InstanceType !== undefined) requireInstanceType(data.InstanceType);
  return data;
}

function onTemplate(world: Ec2World, { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateName): Authorization {
  const known = id ?? templateNamed(world, name ?? '')?.id ?? '*';
  return { resources: [arn(world.context, 'ec2', `launch-template/${known}`)] };
}

export function createLaunchTemplate(
  world: Ec2World,
): Operation<CreateLaunchTemplateRequest, CreateLaunchTemplateResult> {
  return {
    authorize: () => onTemplate(world, {}),
    run: (request) => {
      const name = request.LaunchTemplateName ?? '';
      if (templateNamed(world, name) !== undefined) {
        throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
      }
      const template = addLaunchTemplate(world, {
        id: `lt-0${world.context.random.hex(16)}`,
        name,
        data: checkData(request.LaunchTemplateData ?? {}),
        description: request.VersionDescription,
        tags: tagsFor('launch-template', request.TagSpecifications),
      });
      return { LaunchTemplate: templateShape(world, template) };
    },
  };
}

/** With a source version: what the new data leave out is taken over from it. */
export function createLaunchTemplateVersion(
  world: Ec2World,
): Operation<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult> {
  return {
    authorize: (request) => onTemplate(world, request),
    run: (request) => {
      const template = findTemplate(world, request);
      const { SourceVersion: source } = request;
      const earlier = source === undefined ? {} : requireVersion(template, source).data;
      const data = { ...earlier, ...checkData(request.LaunchTemplateData ?? {}) };
      const version = addVersion(world, template, { data, description: request.VersionDescription });
      return { LaunchTemplateVersion: versionShape(world, template, version) };
    },
  };
}

export function modifyLaunchTemplate(
  world: Ec2World,
): Operation<ModifyLaunchTemplateRequest, ModifyLaunchTemplateResult> {
  return {
    authorize: (request) => onTemplate(world, request),
    run: (request) => {
      const template = findTemplate(world, request);
      if (request.DefaultVersion !== undefined) {
        template.defaultVersion = requireVersion(template, request.DefaultVersion).number;
      }
      return { LaunchTemplate: templateShape(world, template) };
    },
  };
}

/** Groups that use it keep running and can launch no more instances. */
export function deleteLaunchTemplate(
  world: Ec2World,
): Operation<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResult> {
  return {
    authorize: (request) => onTemplate(world, request),
    run: (request) => {
      const template = findTemplate(world, request);
      world.launchTemplates.delete(template.id);
      return { LaunchTemplate: templateShape(world, template) };
    },
  };
}
