import type { Policy, SettingName } from './settings.ts';

/** Values that are allowed one by one, and of which one makes another mean nothing. */
export interface Contradiction {
  readonly names: readonly SettingName[];
  readonly why: string;
}

/**
 * A repair before the alert is none: what is healed wakes nobody.
 *
 * @param policy without the settings whose values are not allowed
 */
export function findContradictions(policy: Partial<Policy>): Contradiction[] {
  const { disconnectedRestartMinutes: restart, disconnectedReplaceMinutes: replace } = policy;
  const { disconnectedDeregisterMinutes: deregister, disconnectedDeregisterRunning: mayRun } = policy;
  const found: Contradiction[] = [];
  if (isLater(restart, replace)) {
    found.push({
      names: ['disconnectedRestartMinutes', 'disconnectedReplaceMinutes'],
      why: 'the agent of an instance that is being replaced is not restarted, so the restart must not come later',
    });
  }
  for (const name of ['disconnectedRestartMinutes', 'disconnectedReplaceMinutes'] as const) {
    if (!mayRun || !isLater(policy[name], deregister)) continue;
    found.push({
      names: ['disconnectedDeregisterRunning', 'disconnectedDeregisterMinutes', name],
      why: 'nothing follows the deregistration, and the containers run on unmanaged, so it must not come before the other step',
    });
  }
  return found;
}

function isLater(step: number | 'off' | undefined, other: number | 'off' | undefined): boolean {
  return typeof step === 'number' && typeof other === 'number' && step > other;
}

/** A value as an operator would write it. */
export function valueText(value: Policy[SettingName] | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
