import { describe, expect, test } from 'vitest';
import type { LifecycleHook } from '../../../shared/domain/model.ts';
import { joinActions, toHeldAction } from '../../../shared/incidents/held-actions.ts';
import { heldAction, lifecycleAction, MINUTE_MS, T0 } from '../fleet.ts';

const hook: LifecycleHook = {
  name: 'ebbtide-terminate',
  groupName: 'shop-nodes',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  heartbeatTimeoutSeconds: 60,
  globalTimeoutSeconds: 6_000,
  defaultResult: 'CONTINUE',
};
const untold = toHeldAction(lifecycleAction({ token: undefined, startedAtMs: T0 + MINUTE_MS }), hook);

describe('a lifecycle action that joins those that hold an instance', () => {
  test('is due for its first heartbeat at once where the sweep found it: it may have been waiting for long', () => {
    expect(joinActions([], [untold])).toEqual([untold]);
    expect(untold.heartbeatAtMs).toBe(0);
  });

  test('counts its heartbeats from its start where its event tells of it', () => {
    const told = toHeldAction(lifecycleAction(), hook);
    expect(joinActions([untold], [told])).toEqual([told]);
    expect(told.heartbeatAtMs).toBe(T0);
  });

  test('that is known changes nothing', () => {
    const held = [heldAction()];
    expect(joinActions(held, [heldAction()])).toBe(held);
    expect(joinActions(held, [untold])).toBe(held);
  });

  test('takes the place of the one before, unless it began earlier', () => {
    const later = heldAction({ token: 'later', startedAtMs: T0 + 1_000 });
    expect(joinActions([heldAction()], [later])).toEqual([later]);
    const held = [later];
    expect(joinActions(held, [heldAction()])).toBe(held);
  });

  test('of another hook stands beside the first', () => {
    const second = heldAction({ hookName: 'ebbtide-second' });
    expect(joinActions([heldAction()], [second])).toEqual([heldAction(), second]);
  });
});
