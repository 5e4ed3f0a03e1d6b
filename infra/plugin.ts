import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../shared/config/config.ts';
import { makeAlarms } from './alarms.ts';
import { bundleFunction } from './bundle.ts';
import { listClusterArns } from './cluster-arns.ts';
import { makeDashboard } from './dashboard.ts';
import { makeOptionalResources } from './optional.ts';
import { parseParameters, readSettings, type StackParameters } from './parameters.ts';
import { findRolesTooLarge } from './policy-size.ts';
import type { Resource, Resources, StackShape } from './resources.ts';

/** The part of osls that this plugin uses. */
interface Osls {
  readonly serviceDir: string;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly processedInput: { readonly options: { readonly param?: readonly string[] } };
  readonly configurationInput: { readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly service: {
    readonly provider: { readonly environment: Record<string, unknown>; logRetentionInDays?: number };
    readonly custom: { readonly stackParameters: Readonly<Record<string, unknown>> };
    readonly functions: Readonly<Record<string, FunctionDefinition>>;
    readonly resources: { readonly Resources: Record<string, Resource> };
  };
}

interface FunctionDefinition {
  readonly handler: string;
  readonly events?: readonly object[];
  package?: { artifact: string };
}

interface VariableRequest {
  readonly address: string;
  resolveVariable(variable: string): Promise<unknown>;
}

/**
 * The osls plugin that makes the stack out of `serverless.yml`: it checks the parameters, adds what depends on them or
 * repeats for each function and queue, and bundles the functions. It runs in `package`, and so in `deploy`.
 */
export default class EbbtidePlugin {
  readonly hooks = {
    // Refused before osls clears what it packaged the last time.
    'before:package:cleanup': () => void this.#checkParameters(),
    'before:package:initialize': () => this.#prepare(),
  };

  /** `${ebbtide:...}` in the YAML: parameters that are no text in the template. */
  readonly configurationVariablesSources = {
    ebbtide: {
      resolve: async ({ address, resolveVariable }: VariableRequest) => {
        const read = async (name: string) => String(await resolveVariable(`param:${name}`));
        if (address === 'clusterArns') return { value: listClusterArns(await read('clusters')) };
        if (address === 'tableDeletionProtection') return { value: (await read(address)) === 'true' };
        throw new Error(`There is no variable ebbtide:${address}`);
      },
    },
  };

  readonly #osls: Osls;

  constructor(osls: Osls) {
    this.#osls = osls;
  }

  async #prepare(): Promise<void> {
    const { service } = this.#osls;
    const parameters = this.#checkParameters();
    service.provider.logRetentionInDays = parameters.logRetentionDays;
    const resources = service.resources.Resources;
    this.#checkRoles(resources);
    const shape = readShape(service.functions, resources);
    const alarms = makeAlarms(shape);
    Object.assign(resources, alarms, makeDashboard(shape, Object.keys(alarms)), makeOptionalResources(parameters));
    for (const functionName of Object.keys(service.functions)) await this.#bundle(functionName);
  }

  #checkParameters(): StackParameters {
    const { service, configurationInput, processedInput, classes } = this.#osls;
    const known: Record<string, unknown> = {
      ...readSettings(service.provider.environment),
      ...service.custom.stackParameters,
    };
    // osls itself takes no notice of a parameter that nothing refers to, such as a misspelt one.
    const named = [
      ...Object.values(configurationInput.params).flatMap(Object.keys),
      ...(processedInput.options.param ?? []).map((text) => text.slice(0, text.indexOf('='))),
    ];
    const values = { ...Object.fromEntries(named.map((name) => [name, ''])), ...known };
    try {
      return parseParameters(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])));
    } catch (error) {
      if (error instanceof ConfigurationError) throw new classes.Error(error.message, 'EBBTIDE_PARAMETERS');
      throw error;
    }
  }

  #checkRoles(resources: Resources): void {
    const roles = findRolesTooLarge(resources);
    if (roles.length === 0) return;
    throw new this.#osls.classes.Error(
      `clusters names too many for the policies of ${roles.join(', ')}, which IAM limits: use patterns such as \`prod-*\`, ` +
        'or `*` with `!` in front of those to leave out',
      'EBBTIDE_PARAMETERS',
    );
  }

  async #bundle(functionName: string): Promise<void> {
    const { serviceDir, service, classes } = this.#osls;
    const definition = service.functions[functionName];
    if (definition === undefined) throw new Error(`serverless.yml has no function ${functionName}`);
    const root = path.resolve(import.meta.dirname, '..');
    const bundling = bundleFunction(root, definition.handler.replace(/\.handler$/, ''));
    const { archive, metafile, sourceMap } = await bundling.catch((error: Error) => {
      throw new classes.Error(error.message, 'EBBTIDE_BUNDLE');
    });
    const artifact = path.join(serviceDir, '.serverless', `${functionName}.zip`);
    write(artifact, archive);
    write(path.join(serviceDir, '.build', 'meta', `${functionName}.json`), JSON.stringify(metafile));
    write(path.join(serviceDir, '.build', 'meta', `${functionName}.js.map`), sourceMap);
    definition.package = { artifact };
  }
}

function readShape(
  functions: Readonly<Record<string, FunctionDefinition>>,
  resources: Readonly<Record<string, Resource>>,
): StackShape {
  const functionNames = Object.keys(functions);
  const queues = Object.entries(resources).filter(([, resource]) => resource.Type === 'AWS::SQS::Queue');
  const isSource = ([, queue]: [string, Resource]) => 'RedrivePolicy' in queue.Properties;
  return {
    functionNames,
    streamReaders: functionNames.filter((name) => functions[name]?.events?.some((event) => 'stream' in event)),
    sourceQueues: queues.filter(isSource).map(([id]) => id),
    failureQueues: queues.filter((queue) => !isSource(queue)).map(([id]) => id),
  };
}

function write(file: string, content: Uint8Array | string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
