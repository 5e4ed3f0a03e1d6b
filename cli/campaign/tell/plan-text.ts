import type { ClusterPlan } from '../fleet-plan.ts';
import type { Plan } from '../plan.ts';
import type { PlannedPush } from '../pushes.ts';

const MINUTE_MS = 60_000;

/** A plan as lines that a person can read: the fleet, what differs from the defaults, what happens, what breaks. */
export function tellPlan(plan: Plan, pushed: readonly { readonly at: string; readonly text: string }[] = []): string[] {
  const { clusters, settings, redeployed = {}, undocumented, faults, pushes, troubleMinutes } = plan;
  return [
    ...clusters.flatMap(tellCluster),
    `settings: ${pairs(settings) || 'the defaults'}`,
    ...(Object.keys(redeployed).length > 0 ? [`when deployed anew: ${pairs(redeployed)}`] : []),
    ...(Object.keys(undocumented).length > 0 ? [`where AWS documents nothing: ${pairs(undocumented)}`] : []),
    ...(pushed.length > 0 ? pushed.map(({ at, text }) => `${at.slice(11, 19)}  ${text}`) : pushes.map(tellPush)),
    `all heals after ${troubleMinutes} minutes`,
    ...tellFaults(faults),
  ];
}

function tellCluster({ name, tags = {}, retagged = {}, groups, services }: ClusterPlan): string[] {
  return [
    [`cluster ${name}`, pairs(tags), pairs(retagged) && `when tagged anew: ${pairs(retagged)}`]
      .filter(Boolean)
      .join('; '),
    ...groups.map(({ name: group, cluster: _, desired, lifecycleHooks = [], ...more }) => {
      const hooks = lifecycleHooks.map(
        (hook) => `${hook.name} (${hook.heartbeatTimeoutSeconds ?? 3600} s, ${hook.defaultResult ?? 'ABANDON'})`,
      );
      const hooked = hooks.length > 0 ? `, hooks ${hooks.join(' and ')}` : '';
      return `  group ${group}: ${desired} instances${hooked}; ${pairs(more)}`;
    }),
    ...services.map(({ name: service, cluster: _, ...more }) => `  service ${service}: ${pairs(more)}`),
  ];
}

function tellPush({ atMs, push }: PlannedPush): string {
  return `after ${(atMs / MINUTE_MS).toFixed(1)} min: ${push}`;
}

function tellFaults({ rates, only }: Plan['faults']): string[] {
  if (only !== undefined)
    return [`faults: ${only.length === 0 ? 'none' : 'just these'}`, ...only.map((name) => `  ${name}`)];
  const on = Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate > 0));
  return [`faults: ${pairs(on) || 'none'}`];
}

function pairs(of: object): string {
  return Object.entries(of)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
}
