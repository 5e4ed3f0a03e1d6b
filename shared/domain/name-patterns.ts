import type { LifecycleHook } from './model.ts';

/**
 * Whether a name is let in by patterns such as `prod-*`, `!prod-batch`: at least one pattern matches, and none of those
 * with `!` does. `*` stands for any text.
 */
export function isNameIn(patterns: readonly string[], name: string): boolean {
  const leftOut = patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name));
  return !leftOut && patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern, name));
}

/** Belongs to ECS, which ends it by itself (Managed termination draining); to end it early would stop its tasks. */
export const MANAGED_DRAINING_HOOK = 'ecs-managed-draining-termination-hook';

/** Whether a lifecycle hook is Ebbtide's to complete. That of ECS's own draining is not, whatever the patterns let in. */
export function isOwnedHook(patterns: readonly string[], hookName: string): boolean {
  return hookName !== MANAGED_DRAINING_HOOK && isNameIn(patterns, hookName);
}

export type Transition = 'autoscaling:EC2_INSTANCE_TERMINATING' | 'autoscaling:EC2_INSTANCE_LAUNCHING';

/** Those of a group's hooks that are Ebbtide's to complete, and hold instances at this transition. */
export function ownHooksAt(
  transition: Transition,
  hooks: readonly LifecycleHook[],
  patterns: readonly string[],
): LifecycleHook[] {
  return hooks.filter((hook) => hook.transition === transition && isOwnedHook(patterns, hook.name));
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
