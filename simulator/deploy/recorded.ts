import type { Kernel } from '../kernel/kernel.ts';
import { generatedName, refuseUnknown, textOf } from '../services/template-properties.ts';
import type { ResourceProvider } from '../wire/service.ts';

/** Resources that the fleet's behaviour does not depend on: they get their names and ARNs, and that is all. */
export function recordedProviders(kernel: Kernel): Record<string, ResourceProvider> {
  const { region, accountId } = kernel.place;
  return {
    'AWS::Logs::LogGroup': recorded(
      kernel,
      { name: 'LogGroupName', known: ['RetentionInDays', 'LogGroupClass', 'KmsKeyId', 'Tags'] },
      (name) => `arn:aws:logs:${region}:${accountId}:log-group:${name}:*`,
    ),
    'AWS::S3::Bucket': recorded(
      kernel,
      { name: 'BucketName', known: ['BucketEncryption', 'PublicAccessBlockConfiguration', 'Tags'] },
      (name) => `arn:aws:s3:::${name}`,
    ),
    'AWS::S3::BucketPolicy': recorded(kernel, { name: 'Bucket', known: ['PolicyDocument'] }, () => ''),
    'AWS::CloudWatch::Dashboard': recorded(
      kernel,
      { name: 'DashboardName', known: ['DashboardBody'] },
      (name) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`,
    ),
  };
}

const NAME_LENGTH_MAX = 255;

function recorded(
  kernel: Kernel,
  properties: { readonly name: string; readonly known: readonly string[] },
  arnOf: (name: string) => string,
): ResourceProvider {
  return {
    create(given, resource) {
      refuseUnknown(resource.logicalId, given, [properties.name, ...properties.known]);
      const name = textOf(given, properties.name) ?? generatedName(kernel, resource, NAME_LENGTH_MAX);
      return { ref: name, attributes: { Arn: arnOf(name) } };
    },
  };
}
