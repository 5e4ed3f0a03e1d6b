import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplate as LaunchTemplateShape,
  LaunchTemplateVersion as VersionShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Operation } from '../../../wire/service.ts';
import { inOrder } from '../../pages.ts';
import type { Ec2World } from '../instances.ts';
import { type LaunchTemplate, type LaunchTemplateVersion, latestVersion } from '../launch-templates.ts';
import { matchesAll, pageOfResults, tagField } from './find.ts';
import { findTemplate, requireVersion } from './named.ts';

export function describeLaunchTemplates(
  world: Ec2World,
): Operation<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = request;
      const named = [
        ...ids.map((LaunchTemplateId) => findTemplate(world, { LaunchTemplateId })),
        ...names.map((LaunchTemplateName) => findTemplate(world, { LaunchTemplateName })),
      ];
      const chosen = named.length > 0 ? new Set(named) : world.launchTemplates.values();
      const found = inOrder(chosen).filter((template) =>
        matchesAll(request.Filters, (name) =>
          name === 'launch-template-name' ? [template.name] : tagField(template.tags, name),
        ),
      );
      const page = pageOfResults(found, request, 200);
      return { LaunchTemplates: page.items.map((template) => templateShape(world, template)), ...page.next };
    },
  };
}

/** Of one template, newest first; without a template, `$Latest` or `$Default` of all. */
export function describeLaunchTemplateVersions(
  world: Ec2World,
): Operation<DescribeLaunchTemplateVersionsRequest, DescribeLaunchTemplateVersionsResult> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      if ((request.Filters ?? []).length > 0) {
        throw new AwsError('UnsupportedOperation', 'The simulator does not model filters of launch template versions');
      }
      const found = select(world, request).map((entry, serial) => ({ ...entry, serial }));
      const page = pageOfResults(found, request, 200);
      return {
        LaunchTemplateVersions: page.items.map(({ template, version }) => versionShape(world, template, version)),
        ...page.next,
      };
    },
  };
}

interface Selected {
  readonly template: LaunchTemplate;
  readonly version: LaunchTemplateVersion;
}

function select(world: Ec2World, request: DescribeLaunchTemplateVersionsRequest): Selected[] {
  const { Versions: wanted = [], MinVersion: min = '1', MaxVersion: max = `${Number.MAX_SAFE_INTEGER}` } = request;
  if (request.LaunchTemplateId === undefined && request.LaunchTemplateName === undefined) {
    if (wanted.length === 0 || wanted.some((version) => version !== '$Latest' && version !== '$Default')) {
      throw new AwsError('MissingParameter', 'The request must contain a launch template, or $Latest or $Default.');
    }
    return inOrder(world.launchTemplates.values()).flatMap((template) =>
      wanted.map((version) => ({ template, version: requireVersion(template, version) })),
    );
  }
  const template = findTemplate(world, request);
  if (wanted.length > 0) return wanted.map((version) => ({ template, version: requireVersion(template, version) }));
  return [...template.versions.values()]
    .filter(({ number }) => number >= Number(min) && number <= Number(max))
    .toSorted((a, b) => b.number - a.number)
    .map((version) => ({ template, version }));
}

export function templateShape(world: Ec2World, template: LaunchTemplate): LaunchTemplateShape {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAtMs),
    CreatedBy: creator(world),
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latestVersion(template),
    Tags: [...template.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

export function versionShape(
  world: Ec2World,
  template: LaunchTemplate,
  { number, createdAtMs, description, data }: LaunchTemplateVersion,
): VersionShape {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: number,
    ...(description === undefined ? {} : { VersionDescription: description }),
    CreateTime: new Date(createdAtMs),
    CreatedBy: creator(world),
    DefaultVersion: number === template.defaultVersion,
    // The request's members are those of the answer, but for types that the request leaves looser.
    LaunchTemplateData: data as NonNullable<VersionShape['LaunchTemplateData']>,
  };
}

function creator({ context }: Ec2World): string {
  return `arn:aws:iam::${context.kernel.place.accountId}:root`;
}
