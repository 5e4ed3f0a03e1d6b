import { createFixture, type FleetFixture, inService, registrationsOf } from './fleet-fixture.ts';

export const IMAGE = { ImageId: 'ami-0c0ffee0c0ffee0c0', InstanceType: 'm5.large' } as const;

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The user data of a host that joins the cluster. */
export function joining(cluster: string, ...more: string[]): string {
  const lines = [`ECS_CLUSTER=${cluster}`, ...more].map((line) => `echo '${line}' >> /etc/ecs/ecs.config`);
  return base64(`#!/bin/bash\n${lines.join('\n')}\n`);
}

export const GROUP = {
  AutoScalingGroupName: 'made',
  LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '$Latest' },
  AvailabilityZones: ['eu-central-1a', 'eu-central-1b'],
  MinSize: 0,
  MaxSize: 10,
  DesiredCapacity: 2,
} as const;

/** A cluster `main` and the launch template `hosts`, whose instances join it. */
export function createAccount(data: object = {}): FleetFixture {
  const fleet = createFixture();
  fleet.call('ecs', 'CreateCluster', { clusterName: 'main' });
  const LaunchTemplateData = { ...IMAGE, UserData: joining('main'), ...data };
  fleet.call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'hosts', LaunchTemplateData });
  return fleet;
}

/** The group `made`, its instances in service and connected. */
export async function createGroup(settings: object = {}): Promise<FleetFixture> {
  const fleet = createAccount();
  fleet.call('autoscaling', 'CreateAutoScalingGroup', { ...GROUP, ...settings });
  await fleet.runUntil(() => {
    const ids = inService(fleet);
    return ids.length >= 2 && ids.every((id) => registrationsOf(fleet, id)[0]?.agentConnected === true);
  });
  return fleet;
}

export interface GroupAnswer {
  readonly AutoScalingGroups: {
    readonly DesiredCapacity: number;
    readonly Status?: string;
    readonly Instances: {
      readonly InstanceId: string;
      readonly LifecycleState: string;
      readonly LaunchTemplate?: { readonly Version: string };
    }[];
  }[];
}

export function describeMade(fleet: FleetFixture) {
  return fleet.call<GroupAnswer>('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: ['made'] })
    .AutoScalingGroups[0];
}

export function ec2StateOf(fleet: FleetFixture, id: string): string | undefined {
  return fleet.views.ec2Instances().find(({ ec2InstanceId }) => ec2InstanceId === id)?.state;
}
