import { afterEach } from 'vitest';
import { applyFleet } from '../../../simulator/fleet-document/apply.ts';
import { parseFleetDocument } from '../../../simulator/fleet-document/parse.ts';
import { type SimulatorServer, serve } from '../../../simulator/serve/server.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

/** A stepped world behind a real port of loopback: requests are real, time is not. */
export interface ServedWorld {
  readonly simulator: Simulator;
  readonly server: SimulatorServer;
  readonly url: string;
  readonly defects: unknown[];
  /** Calls an operation with the official client, over HTTP. */
  call<Output = Record<string, unknown>>(service: string, operation: string, input?: object): Promise<Output>;
  /** Gives a command to the control API. */
  control(
    command: string,
    input?: object,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

export const FLEET = `
clusters:
  - name: prod
    groups:
      - { name: web, desired: 3, maxSize: 6, lifecycleHooks: [
          { name: drain, transition: 'autoscaling:EC2_INSTANCE_TERMINATING', heartbeatTimeoutSeconds: 300 } ] }
    services:
      - { name: api, desiredCount: 4 }
    tasks:
      - { family: job, count: 2 }
`;

const open: SimulatorServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

export async function serveWorld(fleet = FLEET): Promise<ServedWorld> {
  const simulator = createSimulator({ seed: 1 });
  addPlumbing(simulator);
  addFunction(simulator);
  await applyFleet(simulator, parseFleetDocument(fleet, 'fleet.yml'));
  const defects: unknown[] = [];
  const server = await serve(simulator, {
    port: 0,
    pace: { kind: 'stepped' },
    onDefect: (error) => defects.push(error),
  });
  open.push(server);
  const clients = new Map<string, SdkClient>();
  return {
    simulator,
    server,
    url: server.url,
    defects,
    async call<Output>(service: string, operation: string, input: object = {}) {
      const { schemas } = simulator.services.find(({ name }) => name === service) ?? unknownService(service);
      const client = clients.get(service) ?? clientOf(schemas, server.url);
      clients.set(service, client);
      const { $metadata, ...output } = await client.send(construct<object>(schemas[`${operation}Command`], input));
      return output as Output;
    },
    async control(command, input = {}) {
      const address = `${server.url}/_control/${command}`;
      const response = await fetch(address, { method: 'POST', body: JSON.stringify(input) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

const ECHO = `exports.handler = async (event) => {
  console.log('got', JSON.stringify(event));
  if (event.fail) throw Object.assign(new Error('as asked'), { name: event.fail });
  return event;
};`;

/** A function that answers what it gets, and a mapping that nothing comes through. */
function addFunction(simulator: Simulator): void {
  const jobs = simulator.messaging.queues.arnOfUrl('jobs');
  simulator.deploy({
    template: {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        Echo: {
          Type: 'AWS::Serverless::Function',
          Properties: {
            FunctionName: 'echo',
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            InlineCode: ECHO,
            Environment: { Variables: { COLOUR: 'blue' } },
            Events: { Jobs: { Type: 'SQS', Properties: { Queue: jobs, Enabled: false } } },
          },
        },
      },
    },
    artifactsDirectory: '.',
    stackName: 'plumbing',
  });
}

/** What no operation creates: a queue, a topic, a table and a rule, as a stack would. */
function addPlumbing({ messaging: { providers } }: Simulator): void {
  const resources: Record<string, [type: string, properties: object]> = {
    Jobs: ['AWS::SQS::Queue', { QueueName: 'jobs' }],
    Alerts: ['AWS::SNS::Topic', { TopicName: 'alerts' }],
    Incidents: [
      'AWS::DynamoDB::Table',
      {
        TableName: 'incidents',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    ],
    Changes: ['AWS::Events::Rule', { Name: 'changes', EventPattern: { source: ['aws.ecs'] }, State: 'ENABLED' }],
  };
  for (const [logicalId, [type, properties]] of Object.entries(resources)) {
    providers[type]?.create({ ...properties }, { logicalId, stackName: 'plumbing' });
  }
}

interface SdkClient {
  send(command: object): Promise<Record<string, unknown>>;
}

/** As a user would make it, except that it does not try again: a test wants the first answer. */
function clientOf(schemas: Readonly<Record<string, unknown>>, endpoint: string): SdkClient {
  const name = Object.keys(schemas).find((one) => one.endsWith('Client') && one !== '__Client') ?? '';
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return construct(schemas[name], { endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
}

function construct<T>(Class: unknown, argument: object): T {
  if (typeof Class !== 'function') throw new Error('The client has no such operation');
  return Reflect.construct(Class, [argument]) as T;
}

function unknownService(name: string): never {
  throw new Error(`There is no simulated service ${name}`);
}
