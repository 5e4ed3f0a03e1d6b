import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../shared/config/settings.ts';
import { type DisconnectionObservation, decideDisconnection } from '../../../shared/domain/disconnection.ts';
import { OBSERVED } from '../../../shared/domain/ladder.ts';
import type { DisconnectionIncident } from '../../../shared/incidents/incident.ts';
import { disconnection, instance, MINUTE_MS, policy, T0 } from '../fleet.ts';
import { anyObservation, away } from './observations.ts';

const THRESHOLD_MS = Number(policy.disconnectedAlertMinutes) * MINUTE_MS;

function decide(
  observation: Partial<DisconnectionObservation> = {},
  nowMs = T0 + THRESHOLD_MS,
  circumstances: { incident?: DisconnectionIncident | undefined; settings?: Policy } = {},
) {
  const { settings = policy } = circumstances;
  const incident = 'incident' in circumstances ? circumstances.incident : disconnection();
  return decideDisconnection(incident, { ...away, ...observation }, { policy: settings, nowMs });
}

describe('before the threshold', () => {
  test('nothing is said or done, whatever is seen', () => {
    const event = (atMs: number) => fc.constantFrom(undefined, { atMs, version: 7 });
    fc.assert(
      fc.property(
        anyObservation,
        event(T0),
        fc.constantFrom(undefined, disconnection(), disconnection({ phase: 'closed', closedAtMs: T0 })),
        fc.nat({ max: THRESHOLD_MS - 1 }),
        (observation, told, incident, afterMs) => {
          const decision = decide({ ...observation, event: told }, T0 + afterMs, { incident });
          expect(['suspect', 'forget']).toContain(decision.kind);
        },
      ),
    );
  });

  test('the first look only notes, however long ago the event says that the agent went away', () => {
    const event = { atMs: T0 - 100 * MINUTE_MS, version: 7 };
    for (const incident of [undefined, disconnection({ phase: 'closed', closedAtMs: T0 })]) {
      for (const observation of [{ event }, { event, ec2State: 'gone' }]) {
        expect(decide(observation, T0, { incident })).toMatchObject({ kind: 'suspect', sinceMs: event.atMs });
      }
    }
  });

  test('the clock starts with the event when it is about the state that ECS still reports, and otherwise now', () => {
    const at = (version: number | undefined) =>
      decide({ event: { atMs: T0 - 5_000, version } }, T0, { incident: undefined });
    expect(at(7)).toEqual({ kind: 'suspect', sinceMs: T0 - 5_000, instanceVersion: 7 });
    expect(at(6)).toMatchObject({ sinceMs: T0 });
    expect(at(undefined)).toMatchObject({ sinceMs: T0 });
  });

  test('a version that has moved starts the clock anew: the agent may have been back in between', () => {
    const moved = { instance: instance({ agentConnected: false, version: 8 }) };
    expect(decide(moved, T0 + 2 * THRESHOLD_MS)).toEqual({
      kind: 'suspect',
      sinceMs: T0 + 2 * THRESHOLD_MS,
      instanceVersion: 8,
    });
  });
});

describe('at the threshold', () => {
  test('on-call is told, and not a millisecond before', () => {
    expect(decide({}, T0 + THRESHOLD_MS - 1)).toMatchObject({ kind: 'suspect' });
    expect(decide({}, T0 + THRESHOLD_MS)).toEqual({ kind: 'alert' });
  });

  test('a look without EC2 says nothing, except about an external instance', () => {
    expect(decide({ ec2State: undefined })).toMatchObject({ kind: 'suspect', sinceMs: T0 });
    const external = instance({ agentConnected: false, external: true });
    expect(decide({ ec2State: undefined, instance: external })).toEqual({ kind: 'alert' });
  });

  test.each(['terminated', 'gone'])('what is left of an instance that is %s is deregistered', (ec2State) => {
    expect(decide({ ec2State }, T0 + THRESHOLD_MS - 1)).toMatchObject({ kind: 'suspect' });
    expect(decide({ ec2State })).toEqual({ kind: 'deregister', reason: 'ghost' });
  });

  test('a registration whose instance is connected under another is deregistered', () => {
    const connectedTwin = instance({ arn: 'twin' });
    expect(decide({ connectedTwin }, T0 + THRESHOLD_MS - 1)).toMatchObject({ kind: 'suspect' });
    expect(decide({ connectedTwin })).toEqual({ kind: 'deregister', reason: 'duplicate' });
  });
});

describe('what is as it ought to be', () => {
  test.each(['stopped', 'stopping', 'pending', 'shutting-down'])('is no incident: EC2 says %s', (ec2State) => {
    expect(decide({ ec2State }, T0 + 100 * THRESHOLD_MS)).toMatchObject({ kind: 'forget' });
  });

  test.each(['Warmed:Stopped', 'Warmed:Running', 'Warmed:Pending:Wait'])('is no incident: %s', (lifecycleState) => {
    expect(decide({ lifecycleState }, T0 + 100 * THRESHOLD_MS)).toMatchObject({ kind: 'forget' });
  });

  test('is no incident of its own: a drain is under way', () => {
    expect(decide({ isDraining: true }, T0 + 100 * THRESHOLD_MS)).toEqual({ kind: 'forget', reason: 'draining' });
  });

  test('is no incident of ours: ECS looks after its own instances', () => {
    const late = T0 + 100 * THRESHOLD_MS;
    expect(decide({ operator: 'ecs.amazonaws.com' }, late)).toEqual({ kind: 'forget', reason: 'managed by ECS' });
    expect(decide({ operator: 'news.amazonaws.com' }, late)).toEqual({ kind: 'alert' });
  });

  test('is forgotten with its reason where nobody was told', () => {
    expect(decide({ instance: instance() })).toEqual({ kind: 'forget', reason: 'reconnected' });
    expect(decide({ instance: undefined })).toEqual({ kind: 'forget', reason: 'deregistered' });
  });

  test('ends an incident that on-call knows of', () => {
    const told = { incident: disconnection({ phase: 'alerted' }) };
    expect(decide({ ec2State: 'stopped' }, T0, told)).toEqual({ kind: 'resolve', outcome: 'stopped' });
    expect(decide({ instance: instance() }, T0, told)).toEqual({ kind: 'resolve', outcome: 'reconnected' });
    expect(decide({ instance: undefined }, T0, told)).toEqual({ kind: 'resolve', outcome: 'deregistered' });
  });
});

describe('an absence that on-call knows of', () => {
  const told = { incident: disconnection({ phase: 'alerted' }) };

  test('stays known whatever the look lacks, the version or a raised threshold', () => {
    const moved = { instance: instance({ agentConnected: false, version: 9 }) };
    const raised = { ...told, settings: { ...policy, disconnectedAlertMinutes: 1_440 } };
    expect(decide({ ec2State: undefined }, T0 + THRESHOLD_MS, told)).toEqual({ kind: 'wait' });
    expect(decide(moved, T0 + THRESHOLD_MS, told).kind).toBe('away again');
    expect(decide({}, T0 + THRESHOLD_MS, raised)).toEqual({ kind: 'wait' });
  });

  test('is not deregistered while its EC2 instance runs, unless both settings say so', () => {
    const settings = { ...policy, disconnectedDeregisterMinutes: 60, disconnectedDeregisterRunning: true };
    const due = T0 + 60 * MINUTE_MS;
    const policyReason = { kind: 'deregister', reason: 'policy' };
    expect(decide({}, due - 1, { ...told, settings })).toEqual({ kind: 'wait' });
    expect(decide({}, due, { ...told, settings })).toEqual(policyReason);
    const notRunning = { ...settings, disconnectedDeregisterRunning: false };
    expect(decide({}, 100 * due, { ...told, settings: notRunning })).toEqual({ kind: 'wait' });
    expect(decide({}, 100 * due, { ...told, settings: { ...settings, disconnectedDeregisterMinutes: 'off' } })).toEqual(
      {
        kind: 'wait',
      },
    );
  });
});

test('a connected agent keeps its registration, and so does a live instance by default', () => {
  fc.assert(
    fc.property(
      anyObservation,
      fc.constantFrom('suspected' as const, 'alerted' as const, 'closed' as const),
      fc.nat({ max: 20_000 * MINUTE_MS }),
      (observation, phase, afterMs) => {
        const decision = decide(observation, T0 + afterMs, { incident: disconnection({ phase }) });
        if (decision.kind !== 'deregister') return;
        expect(observation.instance?.agentConnected).toBe(false);
        expect(['ghost', 'duplicate']).toContain(decision.reason);
        if (observation.ec2State === 'running') expect(observation.connectedTwin).toBeDefined();
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('a duplicate on whose instance a drain waits for tasks', () => {
  const connectedTwin = instance({ arn: 'arn:aws:ecs:eu-west-1:1:container-instance/shop/twin' });

  test('keeps its registration until the drain is over: without it ECS would call tasks STOPPED that still run', () => {
    expect(decide({ connectedTwin, isWaitedFor: true })).toMatchObject({ kind: 'suspect' });
    expect(decide({ connectedTwin, isWaitedFor: false })).toEqual({ kind: 'deregister', reason: 'duplicate' });
  });

  test.each(['Terminating:Wait', 'ReplacingRootVolume:Wait'])(
    'keeps its registration while a hook holds the instance, in state %s, though no drain is known yet',
    (lifecycleState) => {
      expect(decide({ connectedTwin, lifecycleState })).toMatchObject({ kind: 'suspect' });
    },
  );

  test('is removed all the same when its EC2 instance is gone', () => {
    expect(decide({ ec2State: 'terminated', isWaitedFor: true })).toEqual({ kind: 'deregister', reason: 'ghost' });
  });
});

describe('what a gone or doubled instance leaves behind', () => {
  const ghost = { ec2State: 'terminated' };
  const minutes = (count: number) => T0 + count * MINUTE_MS;
  const observed = [{ name: 'deregister' as const, atMs: T0, outcome: OBSERVED }];
  const observing = { ...policy, mode: 'observe' as const };

  test('stays where repairs are off', () => {
    const settings = { ...policy, repairs: 'off' as const };
    expect(decide(ghost, minutes(600), { incident: disconnection(), settings })).toMatchObject({ kind: 'suspect' });
  });

  test('is cleaned up after ten minutes where nobody is to be told', () => {
    const settings = { ...policy, disconnectedAlertMinutes: 'off' as const };
    const at = (nowMs: number) => decide(ghost, nowMs, { incident: disconnection(), settings }).kind;
    expect(at(minutes(10) - 1)).toBe('suspect');
    expect(at(minutes(10))).toBe('deregister');
  });

  test('is cleaned up when on-call would be told, where they are told later', () => {
    const settings = { ...policy, disconnectedAlertMinutes: 30 };
    const at = (nowMs: number) => decide(ghost, nowMs, { incident: disconnection(), settings }).kind;
    expect(at(minutes(30) - 1)).toBe('suspect');
    expect(at(minutes(30))).toBe('deregister');
  });

  test('is named once in observe mode, and cleaned up when that ends', () => {
    const seen = { incident: disconnection({ steps: observed }) };
    expect(decide(ghost, minutes(600), { ...seen, settings: observing })).toMatchObject({ kind: 'suspect' });
    expect(decide(ghost, minutes(600), seen)).toEqual({ kind: 'deregister', reason: 'ghost' });
    const others = [
      { name: 'deregister' as const, atMs: T0, outcome: 'failed' },
      { name: 'restart' as const, atMs: T0, outcome: OBSERVED },
    ];
    for (const steps of [[], others]) {
      const incident = disconnection({ steps });
      expect(decide(ghost, minutes(600), { incident, settings: observing })).toMatchObject({ kind: 'deregister' });
    }
  });

  test('is cleaned up at once where on-call was told of it before', () => {
    const told = { incident: disconnection({ phase: 'alerted', sinceMs: minutes(-1) }) };
    expect(decide(ghost, T0, told)).toEqual({ kind: 'deregister', reason: 'ghost' });
  });
});
