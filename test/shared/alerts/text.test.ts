import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { disconnectedAlert, disconnectionResolvedAlert } from '../../../shared/alerts/disconnection-alerts.ts';
import { releaseAlert, stalledAlert } from '../../../shared/alerts/drain-alerts.ts';
import { mergeFloods } from '../../../shared/alerts/floods.ts';
import { clusterLink, consoleLink, duration, instant, toSubject } from '../../../shared/alerts/text.ts';
import { arn, disconnection, drain, ec2InstanceId, instance, MINUTE_MS, policy, T0 } from '../fleet.ts';

const SUBJECT = /^[\x20-\x7e]{1,99}$/;
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }));
const reasons = ['deadline', 'lost contact'] as const;
const ending = {
  result: 'CONTINUE',
  isObserved: false,
  isUnreadable: false,
  isRetained: false,
  remaining: ['task a: runs on'],
} as const;

describe('a subject', () => {
  test('is what SNS takes, of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(toSubject(text)).toMatch(/^[\x20-\x7e]{0,99}$/);
      }),
    );
  });

  test.each([98, 99, 100, 101, 300])('is what SNS takes, of %i characters', (length) => {
    expect(toSubject('x'.repeat(length))).toMatch(SUBJECT);
  });

  test('is what SNS takes, of any names in any alert', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.nat(), (cluster, id, laterMs) => {
        const names = { clusterArn: `arn:aws:ecs:eu-west-1:1:cluster/${cluster}` };
        const drained = drain({ ec2InstanceId: id, registrations: [{ arn, ...names }] });
        const away = disconnection({ ec2InstanceId: id, ...names });
        const where = { ec2State: 'running', lifecycleState: 'InService', groupName: id, clockMs: T0, policy };
        const situation = { instance: instance({ ec2InstanceId: id, ...names }), ...where };
        const alerts = [
          ...reasons.map((reason) => releaseAlert(drained, { ...ending, reason }, T0 + laterMs)),
          releaseAlert({ ...drained, stalledAtMs: T0 }, { ...ending, reason: 'drained' }, T0 + laterMs),
          stalledAlert(drained, ending.remaining, T0 + laterMs),
          disconnectedAlert(away, situation, T0 + laterMs),
          disconnectionResolvedAlert(away, 'reconnected', T0 + laterMs),
        ].flatMap((alert) => alert ?? []);
        expect(alerts).toHaveLength(6);
        const flood = mergeFloods(Array.from({ length: 5 }, () => ({ incidentId: id, alert: alerts[0] ?? never() })));
        for (const { subject } of [...alerts, ...flood.map(({ message }) => message)]) expect(subject).toMatch(SUBJECT);
      }),
    );
  });
});

describe('the console', () => {
  test.each([
    ['arn:aws:ecs:eu-west-1:1:', 'https://eu-west-1.console.aws.amazon.com/ecs'],
    ['arn:aws-us-gov:ecs:us-gov-west-1:1:', 'https://us-gov-west-1.console.amazonaws-us-gov.com/ecs'],
    ['arn:aws-cn:ecs:cn-north-1:1:', 'https://cn-north-1.console.amazonaws.cn/ecs'],
  ])('of %s is that of its partition', (prefix, address) => {
    const page = consoleLink(`${prefix}container-instance/shop/0f9d`, `${prefix}cluster/shop`);
    expect(page).toMatch(new RegExp(`^${address}/v2/clusters/shop/infrastructure/container-instances/0f9d`));
    expect(clusterLink(`${prefix}cluster/shop`, 'tags')).toMatch(new RegExp(`^${address}/v2/clusters/shop/tags`));
  });
});

function never(): never {
  throw new Error('no alert');
}

const CONSOLE =
  /^Console: https:\/\/eu-west-1\.console\.aws\.amazon\.com\/ecs\/v2\/clusters\/shop\/infrastructure\/container-instances\/0f9d\w+\?region=eu-west-1$/m;

describe('the text of an alert', () => {
  const nowMs = T0 + 65 * MINUTE_MS;

  test.each(reasons)(
    'about a drain cut short by %s says what, where, since when, what was done and what to do',
    (reason) => {
      const { body } = releaseAlert(drain(), { ...ending, reason }, nowMs) ?? never();
      expect(body).toMatch(/^What: ./m);
      expect(body).toMatch(`Where: ${ec2InstanceId} in cluster shop, Auto Scaling group shop-nodes`);
      expect(body).toMatch(CONSOLE);
      expect(body).toMatch('Since: 2026-01-05 08:00:00 UTC (1 h 5 min ago)');
      expect(body).toMatch('Done: ebbtide-terminate completed with CONTINUE');
      expect(body).toMatch(/^ {2}- task a: runs on$/m);
      expect(body).toMatch(/^Next: ./m);
    },
  );

  test('does not claim in observe mode what was not done', () => {
    for (const reason of reasons) {
      const { body } = releaseAlert(drain(), { ...ending, reason, isObserved: true }, nowMs) ?? never();
      expect(body).toMatch('Done: nothing, as the mode is observe; ebbtide-terminate would be completed with CONTINUE');
    }
  });

  test('about a drain that is stuck says when the deadline is and what blocks', () => {
    const { body } = stalledAlert(drain(), ending.remaining, T0 + 15 * MINUTE_MS);
    expect(body).toMatch('At 2026-01-05 09:00:00 UTC (in 45 min)');
    expect(body).toMatch(/^ {2}- task a: runs on$/m);
    expect(body).toMatch(CONSOLE);
    expect(body).toMatch(/^Next: ./m);
  });

  test('about an agent that is away says since when, what is known and what to do', () => {
    const situation = {
      instance: instance({
        agentConnected: false,
        runningTasksCount: 3,
        availabilityZone: 'eu-west-1a',
        agentVersion: '1.89.0',
      }),
      ec2State: 'running',
      lifecycleState: 'InService',
      groupName: 'shop-nodes',
      clockMs: T0,
      policy,
    };
    const { body, state, id } = disconnectedAlert(disconnection(), situation, T0 + 10 * MINUTE_MS);
    expect({ state, id }).toEqual({ state: 'opened', id: `disconnection#${arn}#${T0}#opened` });
    expect(body).toMatch('disconnected without a break for 10 min');
    expect(body).toMatch(`Where: ${ec2InstanceId} (eu-west-1a) in cluster shop, Auto Scaling group shop-nodes`);
    expect(body).toMatch(CONSOLE);
    expect(body).toMatch('Since: 2026-01-05 08:00:00 UTC');
    expect(body).toMatch('3 tasks');
    expect(body).toMatch(/^Next: ./m);
  });

  test('about an agent that is back says how long it was away', () => {
    const { body, state } = disconnectionResolvedAlert(disconnection(), 'reconnected', T0 + 12 * MINUTE_MS);
    expect(state).toBe('resolved');
    expect(body).toMatch('over after 12 min');
    expect(body).toMatch(CONSOLE);
  });

  test('is none about a drain that went well and that nobody was told of', () => {
    expect(releaseAlert(drain(), { ...ending, reason: 'drained' }, nowMs)).toBeUndefined();
    expect(releaseAlert(drain({ stalledAtMs: T0 }), { ...ending, reason: 'drained' }, nowMs)?.state).toBe('resolved');
  });
});

test.each([
  [-5, '0 s'],
  [12_400, '12 s'],
  [250_000, '4 min 10 s'],
  [240_000, '4 min'],
  [7_500_000, '2 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms are "%s"', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('an instant is in UTC, to the second', () => {
  expect(instant(T0 + 30_999)).toBe('2026-01-05 08:00:30 UTC');
});
