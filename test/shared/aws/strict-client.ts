import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

/** Clients that answer only what a test says they do: any other call fails, instead of answering nothing. */

const config = { region: 'eu-west-1', credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' } };

function refuse(input: unknown): never {
  throw new Error(`Unexpected call with ${JSON.stringify(input)}`);
}

export function strictEcs() {
  const ecs = new ECSClient(config);
  const mock = mockClient(ecs);
  mock.onAnyCommand().callsFake(refuse);
  return { ecs, mock };
}

export function strictAutoScaling() {
  const autoScaling = new AutoScalingClient(config);
  const mock = mockClient(autoScaling);
  mock.onAnyCommand().callsFake(refuse);
  return { autoScaling, mock };
}

export function strictEc2() {
  const ec2 = new EC2Client(config);
  const mock = mockClient(ec2);
  mock.onAnyCommand().callsFake(refuse);
  return { ec2, mock };
}

export function strictSsm() {
  const ssm = new SSMClient(config);
  const mock = mockClient(ssm);
  mock.onAnyCommand().callsFake(refuse);
  return { ssm, mock };
}

export function strictEventBridge() {
  const eventBridge = new EventBridgeClient(config);
  const mock = mockClient(eventBridge);
  mock.onAnyCommand().callsFake(refuse);
  return { eventBridge, mock };
}
