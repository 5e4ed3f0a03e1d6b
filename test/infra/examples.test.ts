import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { terminateHookName } from '../../infra/parameters.ts';
import { settings } from '../../shared/config/settings.ts';
import { isNameIn } from '../../shared/domain/name-patterns.ts';

const directory = path.resolve(import.meta.dirname, '../../infra/examples');

it('shows how to attach a hook that Ebbtide completes, and that lets instances go when nobody does', () => {
  const files = readdirSync(directory);
  expect(files.sort()).toEqual(['cdk.md', 'cloudformation.yml', 'terraform.tf']);
  expect(isNameIn(settings.lifecycleHooks.schema.parse(settings.lifecycleHooks.default), terminateHookName)).toBe(true);
  for (const file of files) {
    const text = readFileSync(path.join(directory, file), 'utf8');
    expect(text).toContain(terminateHookName);
    expect(text).toMatch(/INSTANCE_TERMINATING/);
    expect(text).toMatch(/(Timeout|timeout).*300/);
    expect(text).toMatch(/(DefaultResult|default_result|defaultResult).*CONTINUE/);
  }
});
