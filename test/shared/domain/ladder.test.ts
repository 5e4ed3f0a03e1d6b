import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isReplacementSeen,
  isReplacementUnknown,
  LADDER,
  type LadderSituation,
  nextStep,
  OBSERVED,
  planOf,
  type TakenStep,
} from '../../../shared/domain/ladder.ts';
import { policy as defaults, instance, MINUTE_MS, T0 } from '../fleet.ts';

const policy = {
  ...defaults,
  disconnectedAlertMinutes: 10,
  disconnectedRestartMinutes: 15,
  disconnectedReplaceMinutes: 30,
  disconnectedDeregisterMinutes: 60,
  disconnectedDeregisterRunning: true,
} as const;

const silent: LadderSituation = {
  instance: instance({ status: 'ACTIVE', agentConnected: false, os: 'linux', instanceType: 'm5.large' }),
  ec2State: 'running',
  lifecycleState: 'InService',
  ec2InstanceType: 'm5.large',
};

function next(awayMinutes: number, taken: readonly TakenStep[] = [], situation: LadderSituation = silent) {
  return nextStep(taken, situation, { policy, awayMinutes, nowMs: T0 + awayMinutes * MINUTE_MS });
}

const done = (name: TakenStep['name'], atMinutes: number, outcome?: string): TakenStep => ({
  name,
  atMs: T0 + atMinutes * MINUTE_MS,
  outcome,
});

describe('the ladder', () => {
  test('is climbed step by step, each after its own delay', () => {
    const taken: TakenStep[] = [];
    const climbed: string[] = [];
    for (let minute = 0; minute < 70; minute++) {
      const step = next(minute, taken);
      if (step === undefined) continue;
      taken.push(done(step, minute));
      climbed.push(`${step} at ${minute}`);
    }
    // The replacement shows no effect here, so it is asked for again.
    expect(climbed).toEqual([
      'alert at 10',
      'restart at 15',
      'replace at 30',
      'replace at 40',
      'replace at 50',
      'replace at 60',
      'deregister at 61',
    ]);
  });

  test('takes first things first when several are due', () => {
    expect(next(1_000)).toBe('alert');
    expect(next(1_000, [done('alert', 10)])).toBe('restart');
  });

  test('does what was only observed once it may act', () => {
    const observed = [done('alert', 10), done('restart', 15, OBSERVED)];
    expect(next(16, observed)).toBe('restart');
    const watching = { policy: { ...policy, mode: 'observe' as const }, awayMinutes: 16, nowMs: T0 };
    expect(nextStep(observed, silent, watching)).toBeUndefined();
  });

  test('takes no step that is off, too early, refused or taken, whatever the policy and the situation', () => {
    const delay = fc.constantFrom('off' as const, 5, 10, 30);
    const anySituation: fc.Arbitrary<LadderSituation> = fc
      .record({
        agentConnected: fc.boolean(),
        external: fc.boolean(),
        os: fc.constantFrom('linux', 'windows', 'bottlerocket'),
        ec2State: fc.constantFrom('running', 'stopped'),
        lifecycleState: fc.constantFrom(undefined, 'InService', 'Standby', 'Terminating:Wait', 'News'),
        connectedIn: fc.constantFrom(undefined, 'arn:aws:ecs:eu-west-1:1:cluster/other'),
        ec2InstanceType: fc.constantFrom('m5.large', 'm5.xlarge'),
      })
      .map(({ agentConnected, external, os, ...rest }) => ({
        ...rest,
        instance: instance({ agentConnected, external, os, instanceType: 'm5.large' }),
      }));
    fc.assert(
      fc.property(
        fc.tuple(delay, delay, delay, delay),
        anySituation,
        fc.nat(60),
        fc.constantFrom('on' as const, 'off' as const),
        ([alert, restart, replace, deregister], situation, awayMinutes, repairs) => {
          const chosen = {
            ...policy,
            repairs,
            disconnectedAlertMinutes: alert,
            disconnectedRestartMinutes: restart,
            disconnectedReplaceMinutes: replace,
            disconnectedDeregisterMinutes: deregister,
            disconnectedDeregisterRunning: false,
          };
          const step = nextStep([], situation, { policy: chosen, awayMinutes, nowMs: T0 });
          if (step === undefined) return;
          const after = LADDER.find(({ name }) => name === step)?.afterMinutes(chosen);
          expect(Number(after)).toBeLessThanOrEqual(awayMinutes);
          if (step === 'alert') return;
          expect(repairs).toBe('on');
          expect(situation.connectedIn).toBeUndefined();
          expect(`${situation.lifecycleState}`).not.toMatch(/^Terminating/);
          if (step === 'restart')
            expect(situation.instance).toMatchObject({ os: 'linux', external: false, agentConnected: false });
          if (step === 'replace')
            expect(situation).toMatchObject({ lifecycleState: 'InService', instance: { external: false } });
          if (step === 'deregister')
            expect(situation).toMatchObject({ ec2State: 'stopped', instance: { agentConnected: false } });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('says what stands against each step that is to come', () => {
    const situation = { ...silent, lifecycleState: 'Standby' };
    const plan = planOf([done('alert', 10)], situation, { ...policy, disconnectedDeregisterRunning: false });
    expect(plan).toEqual([
      { name: 'restart', afterMinutes: 15, refusal: undefined },
      { name: 'replace', afterMinutes: 30, refusal: 'it is Standby in its group' },
      { name: 'deregister', afterMinutes: 60, refusal: expect.stringContaining('its EC2 instance runs') },
    ]);
  });
});

describe('a replacement of which nobody has noted how it went', () => {
  const unknown = [done('alert', 10), done('replace', 30), done('deregister', 60, OBSERVED)];
  const at = (minutes: number) => T0 + minutes * MINUTE_MS;

  test('keeps the record from ending for five minutes', () => {
    expect(isReplacementUnknown(unknown, at(34))).toBe(true);
    expect(isReplacementUnknown(unknown, at(35))).toBe(false);
    expect(isReplacementUnknown([done('replace', 30, 'reported unhealthy')], at(31))).toBe(false);
    expect(isReplacementUnknown([done('alert', 30), done('restart', 30)], at(31))).toBe(false);
  });

  test.each([
    ['InService', false],
    ['Standby', false],
    ['Terminating:Retained', false],
    ['Terminating', true],
    ['Terminating:Wait', true],
    [undefined, true],
  ])('is seen in the state %s: %s', (lifecycleState, isSeen) => {
    expect(isReplacementSeen(unknown, { lifecycleState })).toBe(isSeen);
    expect(isReplacementSeen([...unknown, done('replace', 40, 'reported unhealthy')], { lifecycleState })).toBe(false);
    expect(isReplacementSeen([done('restart', 30)], { lifecycleState })).toBe(false);
  });
});
