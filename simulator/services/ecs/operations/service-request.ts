import type { CreateServiceRequest, DeploymentConfiguration, UpdateServiceRequest } from '@aws-sdk/client-ecs';
import type { ServiceSettings } from '../service-state.ts';
import type { EcsWorld } from '../state.ts';
import { invalidParameter, notModelled } from './find.ts';

type ServiceRequest = Omit<UpdateServiceRequest, 'service'> &
  Pick<CreateServiceRequest, 'role' | 'launchType' | 'schedulingStrategy'>;

/** Whatever of a service the simulator lacks: refused, so that nobody believes in a load balancer that is not there. */
const NOT_MODELLED: Readonly<Record<string, (request: ServiceRequest) => unknown>> = {
  'load balancers (loadBalancers)': ({ loadBalancers }) => loadBalancers?.length,
  'service discovery (serviceRegistries)': ({ serviceRegistries }) => serviceRegistries?.length,
  'Service Connect (serviceConnectConfiguration)': ({ serviceConnectConfiguration }) =>
    serviceConnectConfiguration?.enabled,
  'VPC Lattice (vpcLatticeConfigurations)': ({ vpcLatticeConfigurations }) => vpcLatticeConfigurations?.length,
  'task networking (networkConfiguration)': ({ networkConfiguration }) => networkConfiguration,
  'volumes (volumeConfigurations)': ({ volumeConfigurations }) => volumeConfigurations?.length,
  'Fargate (platformVersion)': ({ platformVersion }) => platformVersion,
  'load balancer roles (role)': ({ role }) => role,
  'health check grace periods (healthCheckGracePeriodSeconds)': ({ healthCheckGracePeriodSeconds }) =>
    healthCheckGracePeriodSeconds,
  'ECS Exec (enableExecuteCommand)': ({ enableExecuteCommand }) => enableExecuteCommand,
  'metrics of services (monitoring)': ({ monitoring }) => monitoring,
  'Availability Zone rebalancing (availabilityZoneRebalancing)': ({ availabilityZoneRebalancing: rebalancing }) =>
    rebalancing === 'ENABLED',
  'deployment controllers other than ECS (deploymentController)': ({ deploymentController }) =>
    deploymentController !== undefined && deploymentController.type !== 'ECS',
  'the deployment circuit breaker (deploymentCircuitBreaker)': ({ deploymentConfiguration }) =>
    deploymentConfiguration?.deploymentCircuitBreaker?.enable,
  'deployment alarms (alarms)': ({ deploymentConfiguration }) => deploymentConfiguration?.alarms?.enable,
  'deployment strategies other than ROLLING (strategy)': ({ deploymentConfiguration }) =>
    (deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING',
  'deployment lifecycle hooks (lifecycleHooks)': ({ deploymentConfiguration }) =>
    deploymentConfiguration?.lifecycleHooks?.length,
};

export function refuseWhatIsNotModelled(request: ServiceRequest): void {
  for (const [what, isAsked] of Object.entries(NOT_MODELLED)) if (isAsked(request)) throw notModelled(what);
}

/** Percentages as they are asked for; what is left out is left out here too. */
export function percentsOf(
  configuration: DeploymentConfiguration | undefined,
): Partial<Pick<ServiceSettings, 'minimumHealthyPercent' | 'maximumPercent'>> {
  const { minimumHealthyPercent, maximumPercent } = configuration ?? {};
  if ((minimumHealthyPercent ?? 0) < 0) throw invalidParameter('minimumHealthyPercent cannot be negative.');
  if ((maximumPercent ?? 100) < 100) throw invalidParameter('maximumPercent cannot be less than 100.');
  return {
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
  };
}

/** Refused by some account of it, although the documentation describes services with these percentages. */
export function refuseBlockedPercents(world: EcsWorld, settings: ServiceSettings): void {
  const { schedulingStrategy, minimumHealthyPercent, maximumPercent } = settings;
  if (!world.context.undocumented.refusesPercentsOf100 || schedulingStrategy === 'DAEMON') return;
  if (minimumHealthyPercent !== 100 || maximumPercent !== 100) return;
  throw invalidParameter('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.');
}

export function refuseDesiredCountOfDaemon(desiredCount: number | undefined): void {
  if (desiredCount === undefined) return;
  throw invalidParameter(
    'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.',
  );
}
