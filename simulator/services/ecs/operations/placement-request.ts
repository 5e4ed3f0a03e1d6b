import type {
  CapacityProviderStrategyItem,
  LaunchType,
  PlacementConstraint,
  PlacementStrategy,
} from '@aws-sdk/client-ecs';
import { problemWith } from '../placement-rules.ts';
import type { Workload } from '../service-placement.ts';
import type { Cluster } from '../state.ts';
import { checkStrategy } from './cluster-settings.ts';
import { invalidParameter, notModelled } from './find.ts';

interface PlacementRequest {
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
  readonly placementConstraints?: PlacementConstraint[] | undefined;
  readonly placementStrategy?: PlacementStrategy[] | undefined;
}

type Placement = Pick<
  Workload,
  'launchType' | 'capacityProviderStrategy' | 'placementConstraints' | 'placementStrategy'
>;

/** Where RunTask and CreateService may place: the cluster's default strategy where the request says neither. */
export function placementOf(cluster: Cluster, request: PlacementRequest): Placement {
  checkRules(request.placementConstraints, request.placementStrategy);
  const { launchType, capacityProviderStrategy = [] } = request;
  if (launchType !== undefined && capacityProviderStrategy.length > 0) {
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  checkStrategy(capacityProviderStrategy, cluster.capacityProviders);
  const rules = {
    placementConstraints: request.placementConstraints ?? [],
    placementStrategy: request.placementStrategy ?? [],
  };
  if (capacityProviderStrategy.length > 0) return { ...rules, capacityProviderStrategy };
  if (launchType !== undefined) return { ...rules, launchType: knownLaunchType(launchType) };
  if (cluster.defaultCapacityProviderStrategy.length > 0) {
    return { ...rules, capacityProviderStrategy: cluster.defaultCapacityProviderStrategy };
  }
  return { ...rules, launchType: 'EC2' };
}

function knownLaunchType(launchType: LaunchType): 'EC2' | 'EXTERNAL' {
  if (launchType === 'EC2' || launchType === 'EXTERNAL') return launchType;
  throw notModelled(`the launch type ${launchType}`);
}

export function checkRules(constraints: PlacementConstraint[] = [], strategy: PlacementStrategy[] = []): void {
  const problem = problemWith(constraints, strategy);
  if (problem !== undefined) throw invalidParameter(problem);
}
