import { referencesOf } from './intrinsics.ts';
import type { TemplateResource } from './template.ts';

/**
 * The resources in an order in which each comes after all that it refers to or depends on; otherwise as in the
 * template.
 *
 * @throws Error naming the logical ids of a circle
 */
export function creationOrder(resources: ReadonlyMap<string, TemplateResource>): string[] {
  const order: string[] = [];
  const done = new Set<string>();

  function visit(logicalId: string, path: readonly string[]): void {
    if (done.has(logicalId)) return;
    if (path.includes(logicalId)) throw new Error(`Circular dependency: ${[...path, logicalId].join(' -> ')}`);
    const resource = resources.get(logicalId);
    if (resource === undefined) return;
    const needed = [...resource.dependsOn, ...referencesOf(resource.properties)];
    for (const other of needed) visit(other, [...path, logicalId]);
    done.add(logicalId);
    order.push(logicalId);
  }

  for (const logicalId of resources.keys()) visit(logicalId, []);
  return order;
}
