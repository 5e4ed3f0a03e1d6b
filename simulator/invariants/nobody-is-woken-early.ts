import { instancesNamedIn, isDisconnectionOpened } from './disconnections.ts';
import type { Invariant } from './invariant.ts';
import { EVENT_TIME_STEP_MS, type Terms } from './terms.ts';

/** Agents disconnect for moments several times an hour in normal operation (ECS events, container instance state change). */
export function nobodyIsWokenEarly({ disconnectedMs }: Terms): Invariant {
  return {
    name: 'No alert about an agent before it has been away for the threshold without a break',
    observe(fact, ledger, check) {
      if (!isDisconnectionOpened(fact)) return;
      const awayByMs = fact.atMs - disconnectedMs + EVENT_TIME_STEP_MS;
      for (const id of instancesNamedIn(fact.text)) {
        const isAway = ledger.registrationsOf(id).some(({ connected, sinceMs }) => !connected && sinceMs <= awayByMs);
        check(isAway, `an alert says that the agent of ${id} is away`, [id]);
      }
    },
  };
}
