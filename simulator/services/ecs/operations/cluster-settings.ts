import type {
  CapacityProviderStrategyItem,
  ClusterServiceConnectDefaultsRequest,
  ClusterSetting,
} from '@aws-sdk/client-ecs';
import { later } from '../../fleet-context.ts';
import { TIMING } from '../../fleet-timing.ts';
import { associate } from '../capacity-providers.ts';
import type { Cluster, ContainerInsights, EcsWorld } from '../state.ts';
import { invalidParameter, lastPart, notModelled } from './find.ts';

const INSIGHTS: ReadonlySet<string> = new Set(['enabled', 'disabled', 'enhanced'] satisfies ContainerInsights[]);

function isInsights(value: string): value is ContainerInsights {
  return INSIGHTS.has(value);
}

/** The only cluster setting there is (ClusterSetting, API reference); undefined where the request says nothing of it. */
export function insightsOf(settings: readonly ClusterSetting[] | undefined): ContainerInsights | undefined {
  const value = settings?.find(({ name }) => name === 'containerInsights')?.value;
  if (value === undefined) return undefined;
  if (!isInsights(value)) throw invalidParameter(`Invalid value ${value} for containerInsights.`);
  return value;
}

export function refuseServiceConnect(defaults: ClusterServiceConnectDefaultsRequest | undefined): void {
  if (defaults?.namespace) throw notModelled('Service Connect (serviceConnectDefaults)');
}

/** Names of ACTIVE capacity providers, from names or ARNs. */
export function knownProviders(world: EcsWorld, identifiers: readonly string[]): string[] {
  return identifiers.map((identifier) => {
    const name = lastPart(identifier);
    if (name === 'FARGATE' || name === 'FARGATE_SPOT') throw notModelled('Fargate capacity');
    if (world.capacityProviders.get(name)?.status !== 'ACTIVE') {
      throw invalidParameter('The specified capacity provider was not found.');
    }
    return name;
  });
}

const STRATEGY_ITEMS_MAX = 20;

/** CapacityProviderStrategyItem, API reference: associated providers, one base at most, a weight among several. */
export function checkStrategy(
  strategy: readonly CapacityProviderStrategyItem[],
  associated: ReadonlySet<string>,
): void {
  if (strategy.length > STRATEGY_ITEMS_MAX) {
    throw invalidParameter(`A capacity provider strategy can contain a maximum of ${STRATEGY_ITEMS_MAX} providers.`);
  }
  if (strategy.some(({ capacityProvider = '' }) => !associated.has(capacityProvider))) {
    throw invalidParameter(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster.',
    );
  }
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1) {
    throw invalidParameter('Only one capacity provider in a capacity provider strategy can have a base defined.');
  }
  if (strategy.length > 1 && strategy.every(({ weight = 0 }) => weight === 0)) {
    throw invalidParameter('At least one capacity provider in the strategy must have a weight greater than zero.');
  }
}

/** Associates the providers; further changes wait until the attachments are there. */
export function attachProviders(world: EcsWorld, cluster: Cluster, names: readonly string[]): void {
  for (const name of names) associate(world, cluster, name);
  settleAttachments(world, cluster);
}

export function settleAttachments(world: EcsWorld, cluster: Cluster): void {
  cluster.attachmentsStatus = 'UPDATE_IN_PROGRESS';
  later(world.context, TIMING.clusterAttachments, () => {
    cluster.attachmentsStatus = 'UPDATE_COMPLETE';
  });
}
