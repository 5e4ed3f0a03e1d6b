import type {
  FunctionConfiguration,
  GetEventSourceMappingRequest,
  GetFunctionRequest,
  InvocationRequest,
  ListEventSourceMappingsRequest,
  ListFunctionsRequest,
} from '@aws-sdk/client-lambda';
import * as lambdaClient from '@aws-sdk/client-lambda';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation, SimulatedService } from '../../wire/service.ts';
import { type EventSourceMappings, toConfiguration } from './event-source-mappings.ts';
import { isProgram, type LambdaFunction } from './function.ts';
import { type Invocations, invoke } from './invoke-operation.ts';
import type { Lambda } from './lambda.ts';
import { findNamed, type NamedFunction } from './named-function.ts';
import type { Versions } from './versions.ts';

export interface LambdaApi {
  readonly lambda: Lambda;
  readonly versions: Versions;
  readonly invokeAsync: (functionArn: string, payload: unknown) => void;
  readonly eventSourceMappings: EventSourceMappings;
}

const PAGE_MAX = { functions: 50, mappings: 100 };

/** The Lambda API (REST JSON), as far as it reads and invokes what a template or a functions document deploys. */
export function createLambdaService(kernel: Kernel, api: LambdaApi): SimulatedService {
  const { lambda, versions, eventSourceMappings } = api;
  const named = (input: GetFunctionRequest) => findNamed({ kernel, lambda, versions }, input);
  const invocations: Invocations = { ...api, named };
  const mappingArn = (uuid: string) =>
    `arn:aws:lambda:${kernel.place.region}:${kernel.place.accountId}:event-source-mapping:${uuid}`;
  const everywhere = () => ({ resources: ['*'] });
  const onFunction = (input: GetFunctionRequest) => ({ resources: [named(input).arn] });
  const operations: Record<string, Operation> = {
    Invoke: {
      authorize: (input: InvocationRequest) => ({
        resources: [named(input).arn],
        action: 'lambda:InvokeFunction',
      }),
      run: (input: InvocationRequest) => invoke(invocations, input),
    },
    ListFunctions: {
      authorize: everywhere,
      run({ Marker, MaxItems }: ListFunctionsRequest) {
        const { items, next } = pageOf(lambda.functions(), Marker, MaxItems, PAGE_MAX.functions);
        return { Functions: items.map((fn) => configurationOf(fn)), ...(next && { NextMarker: next }) };
      },
    },
    GetFunction: {
      authorize: onFunction,
      run(input: GetFunctionRequest) {
        const { fn, version } = existing(named(input));
        const reserved = fn.reservedConcurrency;
        return {
          Configuration: configurationOf(fn, version),
          ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
        };
      },
    },
    GetFunctionConfiguration: {
      authorize: onFunction,
      run(input: GetFunctionRequest) {
        const { fn, version } = existing(named(input));
        return configurationOf(fn, version);
      },
    },
    ListEventSourceMappings: {
      authorize: everywhere,
      run({ EventSourceArn, FunctionName, Marker, MaxItems }: ListEventSourceMappingsRequest) {
        const functionArn = FunctionName === undefined ? undefined : existing(named({ FunctionName })).fn.arn;
        const matching = eventSourceMappings
          .all()
          .filter(
            (mapping) =>
              (functionArn === undefined || mapping.functionArn === functionArn) &&
              (EventSourceArn === undefined || mapping.eventSourceArn === EventSourceArn),
          );
        const { items, next } = pageOf(matching, Marker, MaxItems, PAGE_MAX.mappings);
        return { EventSourceMappings: items.map(toConfiguration), ...(next && { NextMarker: next }) };
      },
    },
    GetEventSourceMapping: {
      authorize: ({ UUID = '' }: Partial<GetEventSourceMappingRequest>) => ({ resources: [mappingArn(UUID)] }),
      run({ UUID }: GetEventSourceMappingRequest) {
        const mapping = eventSourceMappings.all().find(({ uuid }) => uuid === UUID);
        if (mapping !== undefined) return toConfiguration(mapping);
        throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', { status: 404 });
      },
    },
  };
  return { name: 'lambda', protocol: 'restJson1', schemas: lambdaClient, operations };
}

/** @throws AwsError `ResourceNotFoundException` */
function existing({ fn, version, arn }: NamedFunction): { readonly fn: LambdaFunction; readonly version: string } {
  if (fn === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
  return { fn, version };
}

function configurationOf(fn: LambdaFunction, version = '$LATEST'): FunctionConfiguration {
  const variables = fn.environment;
  return {
    FunctionName: fn.name,
    FunctionArn: version === '$LATEST' ? fn.arn : `${fn.arn}:${version}`,
    Role: fn.roleArn,
    ...(fn.runtime !== undefined && { Runtime: fn.runtime as NonNullable<FunctionConfiguration['Runtime']> }),
    ...(fn.handler !== undefined && { Handler: fn.handler }),
    Description: fn.description ?? (isProgram(fn) ? describeProgram(fn.program) : ''),
    Timeout: fn.timeoutMs / 1_000,
    MemorySize: fn.memoryMb,
    Version: version,
    ...(Object.keys(variables).length > 0 && { Environment: { Variables: variables } }),
    ...(fn.deadLetterTargetArn !== undefined && { DeadLetterConfig: { TargetArn: fn.deadLetterTargetArn } }),
    LoggingConfig: { LogFormat: fn.logFormat, LogGroup: fn.logGroupName },
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

function describeProgram(program: { readonly url: string } | { readonly argv: readonly string[] }): string {
  return 'url' in program ? program.url : program.argv.join(' ');
}

/** A marker is the place of the next item; it means nothing to who carries it. */
function pageOf<T>(all: readonly T[], marker: string | undefined, size: number | undefined, max: number) {
  const from = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64url').toString('latin1'));
  if (!Number.isInteger(from) || from < 0) {
    throw new AwsError('InvalidParameterValueException', 'The pagination token is not valid.');
  }
  const to = from + Math.min(size ?? max, max);
  return {
    items: all.slice(from, to),
    next: to < all.length ? Buffer.from(String(to)).toString('base64url') : undefined,
  };
}
