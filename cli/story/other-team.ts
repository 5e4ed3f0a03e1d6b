import { readFact } from '../../simulator/invariants/facts.ts';
import type { Simulator } from '../../simulator/simulator.ts';

const BACKUP_TAKES_MS = 20_000;

/** Another team's tool copies the logs off an instance, then completes its own hook, if that still waits. */
export function completeBackups(simulator: Simulator, hookName: string): void {
  const { clock, trace } = simulator.kernel;
  const isOpen = (token: string) =>
    simulator.fleet.views
      .groupInstances()
      .some(({ hooks }) => hooks.some((action) => action.token === token && action.end === undefined));
  trace.onEntry((entry) => {
    const fact = readFact(entry);
    if (fact?.kind !== 'terminate action' || fact.hook !== hookName) return;
    const input = {
      AutoScalingGroupName: fact.group,
      LifecycleHookName: fact.hook,
      LifecycleActionToken: fact.token,
      LifecycleActionResult: 'CONTINUE',
    };
    clock.after(BACKUP_TAKES_MS, () => {
      if (isOpen(fact.token)) void simulator.call('autoscaling', 'CompleteLifecycleAction', input);
    });
  });
}
