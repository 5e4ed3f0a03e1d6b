import { createFilling, type FillHandle } from './fleet-filling.ts';
import { createGroups, type GroupHandle } from './fleet-groups.ts';
import { createHosts, type HostHandle } from './fleet-hosts.ts';
import { createWorkloads, type WorkloadHandle } from './fleet-workloads.ts';
import type { FleetWorlds } from './fleet-worlds.ts';

/**
 * What a story, a test or the control API does to a fleet beside calling AWS: it builds the fleet, loads it with work, and
 * lets things happen to it. EC2 instances are named by id, everything else by name or ARN. Names that do not exist throw.
 */
export interface FleetHandle extends GroupHandle, HostHandle, WorkloadHandle, FillHandle {}

export function createFleetHandle(worlds: FleetWorlds): FleetHandle {
  const workloads = createWorkloads(worlds);
  return {
    ...createGroups(worlds),
    ...createHosts(worlds),
    ...workloads,
    ...createFilling(worlds),
  };
}
