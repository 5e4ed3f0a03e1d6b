import type { FleetViews } from '../services/fleet-views.ts';

/** What is true in the fleet now, without what has ended. Instants are epoch milliseconds of virtual time. */
export function readState(views: FleetViews, cluster?: string) {
  const isMeant = (thing: { readonly cluster: string }) => cluster === undefined || thing.cluster === cluster;
  const containerInstances = views
    .containerInstances()
    .filter((instance) => isMeant(instance) && instance.status !== 'INACTIVE');
  const hosts = new Set(containerInstances.map(({ ec2InstanceId }) => ec2InstanceId));
  const isOfCluster = ({ ec2InstanceId }: { readonly ec2InstanceId: string }) =>
    cluster === undefined || hosts.has(ec2InstanceId);
  return {
    containerInstances: containerInstances.map(({ liveTaskArns, ...instance }) => instance),
    tasks: views.tasks().filter((task) => isMeant(task) && task.lastStatus !== 'STOPPED'),
    groupInstances: views
      .groupInstances()
      .filter((member) => isOfCluster(member) && !['Terminated', 'Detached'].includes(member.lifecycleState)),
    ec2Instances: views.ec2Instances().filter((host) => isOfCluster(host) && host.state !== 'terminated'),
  };
}
