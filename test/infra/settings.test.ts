import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentName, parseConfig } from '../../shared/config/config.ts';
import { settings } from '../../shared/config/settings.ts';
import { type Packaged, packageOnce } from '../packaged.ts';
import { property, referenced, resourcesOf } from './template.ts';

interface Service {
  readonly params: { readonly default: Readonly<Record<string, string>> };
  readonly custom: { readonly stackParameters: Readonly<Record<string, string>> };
  readonly provider: { readonly environment: Readonly<Record<string, unknown>> };
}

const text = readFileSync(path.resolve(import.meta.dirname, '../../serverless.yml'), 'utf8');
const service = parse(text, { logLevel: 'silent' }) as Service;

describe('serverless.yml', () => {
  it('has every setting, with the default of the code, and the parameters of the stack', () => {
    const defaults = Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default]));
    const { stackParameters } = service.custom;

    expect(service.params.default).toEqual({
      ...defaults,
      ...Object.fromEntries(Object.keys(stackParameters).map((name) => [name, expect.any(String)])),
    });
  });

  it('hands each on under its name', () => {
    for (const name of Object.keys(settings)) {
      expect(service.provider.environment[environmentName(name)]).toBe(`\${param:${name}}`);
    }
    for (const [name, value] of Object.entries(service.custom.stackParameters)) {
      expect(value).toBe(`\${param:${name}}`);
    }
  });

  it('says of each what it is', () => {
    for (const name of Object.keys(service.params.default)) {
      expect(text).toMatch(new RegExp(`\\n    # [^-].+\\n    ${name}: '`));
    }
  });
});

describe('the environment of a function', () => {
  let packaged: Packaged;
  beforeAll(async () => {
    packaged = await packageOnce();
  });

  /** What CloudFormation would make of a reference. */
  function resolve(value: unknown): string {
    if (typeof value === 'string') return value;
    const logicalId = referenced(value);
    const made: Record<string, string> = {
      'AWS::SQS::Queue': `https://sqs.eu-west-1.amazonaws.com/123456789012/${logicalId}`,
      'AWS::SNS::Topic': `arn:aws:sns:eu-west-1:123456789012:${logicalId}`,
      'AWS::DynamoDB::Table': logicalId,
    };
    return made[packaged.template.Resources[logicalId]?.Type ?? ''] ?? '';
  }

  it('is a configuration that the function accepts', () => {
    const functions = resourcesOf(packaged.template, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(Object.keys(packaged.metafiles).length);
    for (const [, resource] of functions) {
      const variables = Object.entries(property(resource, 'Environment', 'Variables') as object);

      const config = parseConfig(Object.fromEntries(variables.map(([name, value]) => [name, resolve(value)])));

      expect(config.locations).toEqual({
        tableName: 'IncidentTable',
        topicArn: 'arn:aws:sns:eu-west-1:123456789012:AlertTopic',
        deadLetterQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/DeadLetterQueue',
        dueQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/LifecycleQueue',
      });
    }
  });
});
