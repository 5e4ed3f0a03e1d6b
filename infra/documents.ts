import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import * as z from 'zod';
import { allowedInTag, tagName } from '../shared/config/cluster-policy.ts';
import { environmentName } from '../shared/config/config.ts';
import { allowedValues, type SettingName, settings } from '../shared/config/settings.ts';
import { incidentEventSchema } from '../shared/incidents/incident-event.ts';
import { makeSimulatorDocuments } from '../simulator/documents.ts';
import { stackParameterValues } from './parameters.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The documents that are made from the code, by their paths: `npm run docs` writes them. */
export function makeDocuments(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': configurationReference(),
    'docs/incident-event.schema.json': `${JSON.stringify(eventSchema(), undefined, 2)}\n`,
    ...makeSimulatorDocuments(),
  };
}

/** As what may come in: a reader must take fields that it does not know. */
function eventSchema(): object {
  return {
    title: 'The detail of an event about an incident of Ebbtide',
    ...z.toJSONSchema(incidentEventSchema, { io: 'input' }),
  };
}

function configurationReference(): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from shared/config/settings.ts and serverless.yml: do not edit. -->

Set a parameter when you deploy: \`npx osls deploy --param="drainDeadlineMinutes=90"\`. Packaging stops at a value that is
not allowed, or that another one contradicts, and names every problem at once. Give all of yours each time, or write them into \`serverless.yml\` below
\`params\`: what a deployment leaves out has its default again.

A parameter with a **tag** can be set for a single cluster by that tag of the cluster. It holds within five minutes. A
wrong tag is told to on-call once, and the value of the stack stays in force until it is right. ECS allows only letters,
digits, spaces and \`_ . : / = + - @\` in tags, so lists of name patterns are written otherwise there: spaces for commas,
\`@\` for \`*\`, and \`-\` in front of what is left out for \`!\`.

The functions get each setting in an environment variable, which the deployment sets: change the parameter instead.

## What Ebbtide does

${Object.entries(settings)
  .map(([name]) => settingSection(name as SettingName))
  .join('\n')}
## What the stack contains

${readParameters()
  .filter(({ name }) => name in stackParameterValues)
  .map(parameterSection)
  .join('\n')}`;
}

function settingSection(name: SettingName): string {
  const setting = settings[name];
  const allowed = allowedValues(setting);
  return section(name, setting.description, {
    Allowed: allowed,
    Default: code(setting.default),
    ...(setting.perCluster && { Tag: `${code(tagName(name))}${inTag(allowed)}` }),
    Environment: code(environmentName(name)),
  });
}

function inTag(allowed: string): string {
  const other = allowedInTag(allowed);
  return other === allowed ? '' : `: ${other}`;
}

interface Parameter {
  readonly name: keyof typeof stackParameterValues;
  readonly standard: string;
  readonly description: string;
}

function parameterSection({ name, standard, description }: Parameter): string {
  return section(name, description, {
    Allowed: stackParameterValues[name],
    Default: standard === '' ? 'nothing' : code(standard),
  });
}

/** The parameters of `serverless.yml`, each described by the comment above it. */
function readParameters(): Parameter[] {
  const document = parseDocument(readFileSync(path.join(root, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
  const defaults = document.getIn(['params', 'default']);
  if (!isMap(defaults)) throw new Error('serverless.yml has no params.default');
  return (defaults as YAMLMap<Scalar<string>, Scalar<string>>).items.map(({ key, value }) => ({
    name: key.value as Parameter['name'],
    standard: isScalar(value) ? String(value.value) : '',
    description: (key.commentBefore ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('---'))
      .join(' ')
      .trim(),
  }));
}

function section(name: string, description: string, facts: Readonly<Record<string, string>>): string {
  const lines = Object.entries(facts).map(([title, text]) => `- ${title}: ${text}`);
  return `### ${name}\n\n${description}\n\n${lines.join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
