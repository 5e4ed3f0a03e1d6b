import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterPolicy, tagName } from '../../shared/config/cluster-policy.ts';
import { ConfigurationError, environmentName, parseConfig, parsePolicy } from '../../shared/config/config.ts';
import { type Policy, type SettingName, settings } from '../../shared/config/settings.ts';
import { locations } from '../shared/test-runtime.ts';
import { anyText, runs } from './arbitrary.ts';

const names = Object.keys(settings) as SettingName[];
const defaults = parsePolicy({});

/** Values that some setting allows, values just beside them, and anything else. */
const anyValue = fc.oneof(
  fc.constantFrom('0', '1', '60', '2820', '2821', 'off', 'on', 'yes', 'act', 'observe', 'none', '*', '!*', 'prod-*'),
  fc.constantFrom('CONTINUE', 'ABANDON', 'service:a,family:b', 'family:', 'https://example.com/runbook', '1.94.0'),
  fc.integer().map(String),
  anyText,
);
const anyName = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: anyText });
const someSettings = fc.dictionary(anyName, anyValue, { maxKeys: 6, noNullPrototype: true });

/** A policy that was accepted has all settings, and what it has was allowed. */
function expectPolicy(policy: Policy): void {
  expect(Object.keys(policy).sort()).toEqual([...names].sort());
  expect(Object.isFrozen(policy)).toBe(true);
  for (const value of Object.values(policy)) expect(value).toBeDefined();
}

/** Every problem in one message: what it is about, and the value. */
function expectProblems(error: unknown): void {
  expect(error).toBeInstanceOf(ConfigurationError);
  const { problems, message } = error as ConfigurationError;
  expect(problems.length).toBeGreaterThan(0);
  for (const problem of problems) {
    expect(problem).toMatch(/ is | cannot | must | not /);
    expect(message).toContain(problem);
  }
}

describe('settings', () => {
  test('of any name and value are a whole policy, or are refused with what is wrong', () => {
    fc.assert(
      fc.property(someSettings, (values) => {
        let policy: Policy | undefined;
        try {
          policy = parsePolicy(values);
        } catch (error) {
          expectProblems(error);
        }
        if (policy !== undefined) expectPolicy(policy);
      }),
      runs(2_000),
    );
  });

  test("in the functions' environment are the same policy as by their own names, or are refused like them", () => {
    fc.assert(
      fc.property(someSettings, (values) => {
        const known = Object.fromEntries(Object.entries(values).filter(([name]) => names.some((one) => one === name)));
        const variables = Object.entries(known).map(([name, value]) => [environmentName(name), value]);
        expect(outcomeOf(() => parseConfig({ ...locations, ...Object.fromEntries(variables) }).policy)).toEqual(
          outcomeOf(() => parsePolicy(known)),
        );
      }),
      runs(1_000),
    );
  });

  test('never fail for whatever else is in the environment', () => {
    const environment = fc.dictionary(
      fc.oneof(
        anyText,
        anyText.map((text) => `EBBTIDE_${text}`),
      ),
      anyText,
      {
        maxKeys: 5,
        noNullPrototype: true,
      },
    );
    fc.assert(
      fc.property(environment, (given) => {
        try {
          expectPolicy(parseConfig({ ...locations, ...given }).policy);
        } catch (error) {
          if (!(error instanceof ConfigurationError)) throw error;
          expect(Object.keys(given).some((name) => name.startsWith('EBBTIDE_'))).toBe(true);
        }
      }),
      runs(1_000),
    );
  });
});

function outcomeOf(parse: () => Policy): unknown {
  try {
    return parse();
  } catch (error) {
    expectProblems(error);
    return (error as ConfigurationError).problems.length;
  }
}

describe("a cluster's tags", () => {
  const anyTag = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names.map(tagName)) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        anyText,
        anyText.map((text) => `ebbtide:${text}`),
      ),
    },
  );

  test('give a whole policy whatever they are, and each is in force, told of, or not for Ebbtide', () => {
    const tags = fc.dictionary(anyTag, anyValue, { maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(tags, (given) => {
        const { policy, problems } = clusterPolicy(defaults, given);
        expectPolicy(policy);
        const own = Object.keys(given).filter((tag) => tag.startsWith('ebbtide:'));
        const told = own.filter((tag) => problems.some((problem) => problem.includes(`tag ${tag} `)));
        const changed = names.filter((name) => policy[name] !== defaults[name]).map(tagName);
        for (const tag of changed) expect(own).toContain(tag);
        expect(told.filter((tag) => changed.includes(tag))).toEqual([]);
        expect(problems.length).toBeGreaterThanOrEqual(told.length);
      }),
      runs(2_000),
    );
  });
});
