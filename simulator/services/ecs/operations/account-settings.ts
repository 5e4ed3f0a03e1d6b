import type {
  DeleteAccountSettingRequest,
  DeleteAccountSettingResponse,
  ListAccountSettingsRequest,
  ListAccountSettingsResponse,
  PutAccountSettingDefaultRequest,
  PutAccountSettingDefaultResponse,
  PutAccountSettingRequest,
  PutAccountSettingResponse,
  Setting,
  SettingName,
} from '@aws-sdk/client-ecs';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Call, Operation } from '../../../wire/service.ts';
import type { EcsWorld } from '../state.ts';
import { invalidParameter, nextTokenOf, notModelled, pageOfItems } from './find.ts';

const ON_OR_OFF = ['enabled', 'disabled', 'on', 'off'];

interface Definition {
  readonly values: readonly string[];
  /** What holds while nobody has set it. */
  readonly initial: string;
  /** The values that change nothing in this world; the others need what is not simulated. */
  readonly modelled?: readonly string[];
}

/**
 * Account settings (ecs-account-settings): what each may be, and is at first. Long ARNs are the only ones for accounts
 * since 2021.
 */
const DEFINITIONS: Readonly<Partial<Record<SettingName, Definition>>> = {
  serviceLongArnFormat: { values: ON_OR_OFF, initial: 'enabled', modelled: ['enabled', 'on'] },
  taskLongArnFormat: { values: ON_OR_OFF, initial: 'enabled', modelled: ['enabled', 'on'] },
  containerInstanceLongArnFormat: { values: ON_OR_OFF, initial: 'enabled', modelled: ['enabled', 'on'] },
  awsvpcTrunking: { values: ON_OR_OFF, initial: 'disabled', modelled: ['disabled', 'off'] },
  containerInsights: { values: ['enabled', 'disabled', 'enhanced'], initial: 'disabled' },
  fargateFIPSMode: { values: ON_OR_OFF, initial: 'disabled', modelled: ['disabled', 'off'] },
  tagResourceAuthorization: { values: ON_OR_OFF, initial: 'off', modelled: ['disabled', 'off'] },
  fargateTaskRetirementWaitPeriod: { values: ['0', '7', '14'], initial: '7' },
  guardDutyActivate: { values: [], initial: 'off' },
  defaultLogDriverMode: { values: ['blocking', 'non-blocking'], initial: 'non-blocking' },
  fargateEventWindows: { values: ON_OR_OFF, initial: 'disabled', modelled: ['disabled', 'off'] },
};

const NAMES = Object.keys(DEFINITIONS) as SettingName[];

function principalOf(world: EcsWorld, caller: Call['caller']): string {
  return caller.kind === 'function' ? caller.roleArn : iamArn(world, `user/${caller.name}`);
}

function rootOf(world: EcsWorld): string {
  return iamArn(world, 'root');
}

function iamArn({ context }: EcsWorld, resource: string): string {
  return `arn:aws:iam::${context.kernel.place.accountId}:${resource}`;
}

/** What holds for the caller: their own setting, the account's, or ECS's default. */
export function effectiveSetting(
  world: EcsWorld,
  name: SettingName,
  caller: Call['caller'] | string,
): { readonly value: string; readonly principalArn: string } {
  const principal = typeof caller === 'string' ? caller : principalOf(world, caller);
  const own = world.accountSettings.principals.get(principal)?.get(name);
  if (own !== undefined) return { value: own, principalArn: principal };
  const value = world.accountSettings.account.get(name) ?? DEFINITIONS[name]?.initial ?? '';
  return { value, principalArn: rootOf(world) };
}

function shape(name: SettingName, value: string, principalArn: string): Setting {
  return { name, value, principalArn, type: name === 'guardDutyActivate' ? 'aws_managed' : 'user' };
}

function check(name: SettingName | undefined, value: string | undefined): { name: SettingName; value: string } {
  const definition = name === undefined ? undefined : entryOf(DEFINITIONS, name);
  if (name === undefined || definition === undefined) throw invalidParameter(`Invalid setting name ${name}.`);
  if (name === 'guardDutyActivate')
    throw invalidParameter('guardDutyActivate is read-only: Amazon Web Services sets it.');
  if (value === undefined || !definition.values.includes(value)) {
    throw invalidParameter(`Invalid value ${value} for ${name}: it must be one of ${definition.values.join(', ')}.`);
  }
  if (definition.modelled?.includes(value) === false) throw notModelled(`the account setting ${name} = ${value}`);
  return { name, value };
}

/** PutAccountSetting: for the caller, or for a principal; the root user's is the account's default. */
export function putAccountSetting(world: EcsWorld): Operation<PutAccountSettingRequest, PutAccountSettingResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request, { caller }) => {
      const { name, value } = check(request.name, request.value);
      const principal = request.principalArn ?? principalOf(world, caller);
      settingsOf(world, principal).set(name, value);
      return { setting: shape(name, value, principal) };
    },
  };
}

function settingsOf(world: EcsWorld, principal: string): Map<SettingName, string> {
  const { account, principals } = world.accountSettings;
  if (principal === rootOf(world)) return account;
  const settings = principals.get(principal) ?? new Map<SettingName, string>();
  principals.set(principal, settings);
  return settings;
}

export function putAccountSettingDefault(
  world: EcsWorld,
): Operation<PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request) => {
      const { name, value } = check(request.name, request.value);
      world.accountSettings.account.set(name, value);
      return { setting: shape(name, value, rootOf(world)) };
    },
  };
}

export function deleteAccountSetting(
  world: EcsWorld,
): Operation<DeleteAccountSettingRequest, DeleteAccountSettingResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: ({ name, principalArn }, { caller }) => {
      if (name === undefined || entryOf(DEFINITIONS, name) === undefined)
        throw invalidParameter(`Invalid setting name ${name}.`);
      const principal = principalArn ?? principalOf(world, caller);
      settingsOf(world, principal).delete(name);
      return { setting: shape(name, effectiveSetting(world, name, principal).value, principal) };
    },
  };
}

const PAGE_MAX = 10;

/** ListAccountSettings: those that the principal has set, or with `effectiveSettings` all that hold; 10 a page. */
export function listAccountSettings(
  world: EcsWorld,
): Operation<ListAccountSettingsRequest, ListAccountSettingsResponse> {
  return {
    authorize: () => ({ resources: ['*'] }),
    run: (request, { caller }) => {
      if (request.value !== undefined && request.name === undefined) {
        throw invalidParameter('A setting name must be specified to filter by value.');
      }
      const principal = request.principalArn ?? principalOf(world, caller);
      const found = NAMES.filter((name) => request.name === undefined || name === request.name)
        .filter((name) => request.effectiveSettings === true || settingsOf(world, principal).has(name))
        .map((name) => ({ serial: NAMES.indexOf(name), name, ...effectiveSetting(world, name, principal) }))
        .filter(({ value }) => request.value === undefined || value === request.value);
      const page = pageOfItems(found, request, PAGE_MAX);
      return {
        settings: page.items.map(({ name, value, principalArn }) => shape(name, value, principalArn)),
        ...nextTokenOf(page),
      };
    },
  };
}
