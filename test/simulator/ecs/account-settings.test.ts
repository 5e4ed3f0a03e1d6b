import { expect, test } from 'vitest';
import { createFixture, type FleetFixture } from '../fleet-fixture.ts';

interface Setting {
  readonly name: string;
  readonly value: string;
  readonly principalArn: string;
  readonly type: string;
}

const list = (fleet: FleetFixture, input: object = {}) =>
  fleet.call<{ settings: Setting[]; nextToken?: string }>('ecs', 'ListAccountSettings', input);
const insights = { name: 'containerInsights', effectiveSettings: true };
const role = 'arn:aws:iam::111122223333:role/deployer';

test('a principal has its own setting, or the account has one for all, or ECS its default', () => {
  const fleet = createFixture();
  const value = (principalArn?: string) => list(fleet, { ...insights, principalArn }).settings[0]?.value;
  expect(value(role)).toBe('disabled');

  fleet.call('ecs', 'PutAccountSettingDefault', { name: 'containerInsights', value: 'enabled' });
  fleet.call('ecs', 'PutAccountSetting', { name: 'containerInsights', value: 'enhanced', principalArn: role });
  expect([value(), value(role)]).toEqual(['enabled', 'enhanced']);

  fleet.call('ecs', 'DeleteAccountSetting', { name: 'containerInsights', principalArn: role });
  expect(value(role)).toBe('enabled');
});

test('only what somebody has set is listed, unless the effective settings are asked for, ten a page', () => {
  const fleet = createFixture();
  expect(list(fleet)).toEqual({ settings: [] });

  const page = list(fleet, { effectiveSettings: true });
  const rest = list(fleet, { effectiveSettings: true, nextToken: page.nextToken });
  expect([page.settings.length, rest.settings.length]).toEqual([10, 1]);
  expect(list(fleet, { ...insights, value: 'enabled' }).settings).toEqual([]);
});

test('the setting of the root user is that of the account', () => {
  const fleet = createFixture();
  const principalArn = 'arn:aws:iam::111122223333:root';
  fleet.call('ecs', 'PutAccountSetting', { name: 'fargateTaskRetirementWaitPeriod', value: '14', principalArn });

  expect(list(fleet, { name: 'fargateTaskRetirementWaitPeriod', effectiveSettings: true }).settings).toEqual([
    { name: 'fargateTaskRetirementWaitPeriod', value: '14', principalArn, type: 'user' },
  ]);
});

test.each<[why: string, input: object, code: string]>([
  ['unknown', { name: 'colour', value: 'red' }, 'InvalidParameterException'],
  ['of a value that it cannot have', { name: 'containerInsights', value: 'loud' }, 'InvalidParameterException'],
  ['that AWS sets itself', { name: 'guardDutyActivate', value: 'on' }, 'InvalidParameterException'],
  ['that would need short ARNs', { name: 'taskLongArnFormat', value: 'disabled' }, 'UnsupportedFeatureException'],
])('a setting is refused that is %s', (_, input, code) => {
  expect(createFixture().errorOf('ecs', 'PutAccountSetting', input).code).toBe(code);
});
