import { readFileSync } from 'node:fs';
import { type Deployment, deploy, type Stack } from './deploy/deploy.ts';
import { recordedProviders } from './deploy/recorded.ts';
import { parseTemplate } from './deploy/template-document.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { createFleet, type Fleet, type FleetOptions } from './fleet.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { createKernel, type Kernel, type KernelOptions } from './kernel/kernel.ts';
import { createHookTargets } from './services/hook-targets.ts';
import { createLambdaService } from './services/lambda/api.ts';
import type { FunctionSources } from './services/lambda/code.ts';
import { createLambda, type Lambda, type LambdaOptions } from './services/lambda/lambda.ts';
import { Permissions } from './services/lambda/permissions.ts';
import { lambdaProviders } from './services/lambda/providers.ts';
import { Versions } from './services/lambda/versions.ts';
import { createMessaging, type Messaging, type MessagingDependencies } from './services/messaging.ts';
import { createStsService } from './services/sts/service.ts';
import { Credentials } from './wire/credentials.ts';
import { createOperatorCall } from './wire/sdk-client.ts';
import type { SimulatedService } from './wire/service.ts';
import { settle } from './wire/settle.ts';
import { createWire, type Wire, type WireOptions } from './wire/wire.ts';

export interface SimulatorOptions
  extends KernelOptions,
    Pick<WireOptions, 'latency' | 'intercept' | 'onCall'>,
    Pick<LambdaOptions, 'clockSkewMs' | 'accountConcurrency' | 'runProgram'>,
    Pick<MessagingDependencies, 'deliveryFault' | 'repeatedDelivery' | 'replication' | 'onCommand'>,
    Pick<FleetOptions, 'undocumented' | 'agentConnectionsEnd'> {}

export interface DeployRequest extends Pick<Deployment, 'unmodelled' | 'existing'> {
  /** A template in JSON or YAML, such as `.serverless/cloudformation-template-update-stack.json`. */
  readonly templatePath: string;
  /** Where the functions' archives lie. */
  readonly artifactsDirectory: string;
  /** What the template does not say about its functions' code. */
  readonly sources?: FunctionSources;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Default: `ebbtide`. */
  readonly stackName?: string;
}

/** One that is no file: it has been read, or made. */
export type TemplateRequest = Omit<DeployRequest, 'templatePath'> & { readonly template: object };

/** A fleet in a box: all services of one account and region, under one virtual clock and one seed. */
export interface Simulator {
  readonly kernel: Kernel;
  readonly iam: Iam;
  readonly wire: Wire;
  readonly lambda: Lambda;
  readonly messaging: Messaging;
  readonly fleet: Fleet;
  /** Injected while the world runs; those of the options come before them. */
  readonly faults: Faults;
  readonly services: readonly SimulatedService[];
  /** Creates a stack. Takes no virtual time. */
  deploy(request: DeployRequest | TemplateRequest): Stack;
  /**
   * Calls an operation as an operator, with the official client over the simulated wire. Lets time go on until the
   * answer is there, unless it is running already. Rejects with the client's own errors.
   */
  call(service: string, operation: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Lets the world run for a time, in milliseconds. Rejects when the simulator itself failed at something. */
  runFor(durationMs: number): Promise<void>;
  /** Lets the world run until an instant, in epoch milliseconds. */
  runUntil(untilMs: number): Promise<void>;
}

export function createSimulator(options: SimulatorOptions): Simulator {
  const kernel = createKernel(options);
  const iam = createIam(kernel);
  const credentials = new Credentials();
  const permissions = new Permissions(kernel.place);
  const versions = new Versions();
  const defects: unknown[] = [];
  const lambda: Lambda = createLambda(kernel, {
    ...options,
    credentials,
    send: (request) => wire.handle(request),
  });
  const faults = createFaults(kernel, () => services);
  const permitsInvocation = (arn: string, principal: string, sourceArn: string) =>
    permissions.permits(arn, principal, sourceArn);
  const fleet = createFleet(kernel, {
    ...options,
    publish: (event) => messaging.putEvent(event),
    notifyTarget: (notification) => notifyTarget(notification),
  });
  const messaging: Messaging = createMessaging(kernel, {
    onCommand: fleet.runCommand,
    managedInstances: fleet.managedInstances,
    deliveryFault: faults.deliveryFault,
    ...options,
    invoker: lambda,
    functions: {
      timeoutSeconds: (arn) => (lambda.findFunction(arn)?.timeoutMs ?? 0) / 1000,
      roleAllows: (arn, action, resource) =>
        iam.allows(lambda.findFunction(arn)?.roleArn ?? '', { action, resource, context: {} }),
      find: (arn) => lambda.findFunction(arn),
    },
    chainOf: lambda.chainOf,
    roleAllows: iam.allows,
    permitsInvocation,
  });
  const { invokeAsync, sendAsRole, eventSourceMappings } = messaging;
  const notifyTarget = createHookTargets({ place: kernel.place, iam, sendAsRole, invokeAsync, permitsInvocation });
  const services: readonly SimulatedService[] = [
    ...messaging.services,
    ...fleet.services,
    createLambdaService(kernel, { lambda, versions, invokeAsync, eventSourceMappings }),
    createStsService(kernel),
  ];
  const wire: Wire = createWire(kernel, services, {
    ...options,
    intercept: (attempt) => options.intercept?.(attempt) ?? faults.calls.intercept(attempt),
    onCall: (served) => {
      faults.calls.remember(served);
      options.onCall?.(served);
    },
    credentials,
    authorize: iam.authorize,
    onDefect: (error) => defects.push(error),
  });
  const operatorCall = createOperatorCall(wire, kernel.place.region, operatorTokens(kernel));
  let isRunning = false;

  /** Time has one driver: a call that is made from within the running world waits for its turn. */
  async function drive<T>(run: () => Promise<T>): Promise<T> {
    isRunning = true;
    const result = await run().finally(() => {
      isRunning = false;
    });
    if (defects.length > 0) throw new AggregateError(defects.splice(0), 'The simulator failed');
    return result;
  }

  const runUntil = (untilMs: number) => drive(() => kernel.clock.runUntil(untilMs));

  return {
    kernel,
    iam,
    wire,
    lambda,
    messaging,
    fleet,
    faults,
    services,
    deploy(request) {
      const { artifactsDirectory, parameters, stackName, sources = {}, unmodelled = 'refuse', existing } = request;
      return deploy({
        stackName: stackName ?? 'ebbtide',
        template:
          'template' in request
            ? request.template
            : parseTemplate(readFileSync(request.templatePath, 'utf8'), request.templatePath),
        unmodelled,
        ...(parameters === undefined ? {} : { parameters }),
        ...(existing === undefined ? {} : { existing }),
        place: kernel.place,
        providers: {
          ...recordedProviders(kernel),
          ...iam.providers,
          ...lambdaProviders({ kernel, lambda, iam, permissions, versions, artifactsDirectory, sources }),
          ...messaging.providers,
          ...fleet.providers,
        },
      });
    },
    async call(serviceName, operation, input = {}) {
      const service = services.find(({ name }) => name === serviceName);
      if (service === undefined) throw new Error(`There is no simulated service ${serviceName}`);
      const answer = operatorCall(service, operation, input);
      return isRunning ? answer : drive(() => settle(kernel.clock, answer));
    },
    runUntil,
    runFor: (durationMs) => runUntil(kernel.clock.now() + durationMs),
  };
}

function operatorTokens(kernel: Kernel): () => string {
  const random = kernel.random.fork('operator');
  return () => random.uuid();
}
