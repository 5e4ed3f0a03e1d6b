import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { run } from '../command.ts';

describe('the campaign', () => {
  test.each([
    [['--seeds', '0'], 'A whole number from 1 on.'],
    [['--seeds', '-1'], 'A whole number of up to 15 digits.'],
    [['--seeds', 'many'], 'A whole number of up to 15 digits.'],
    [['--from', '1.5'], 'A whole number of up to 15 digits.'],
    [['--seed', '1e3'], 'A whole number of up to 15 digits.'],
    [['--minutes', 'an hour'], 'A number above 0.'],
    [['--minutes', '0'], 'A number above 0.'],
    [['--workers', '0'], 'A whole number from 1 on.'],
    [['--shrink-attempts', '1234567890123456'], 'A whole number of up to 15 digits.'],
    [['--seed', '1', '--seeds', '2'], "'--seed <number>' cannot be used with option '--seeds <number>'"],
    [['--seed', '1', '--from', '2'], "'--seed <number>' cannot be used with option '--from <number>'"],
    [['--seed', '1', '--plan', 'a.json'], "'--seed <number>' cannot be used with option '--plan <file>'"],
    [['--plan', 'a.json', '--seeds', '2'], "'--plan <file>' cannot be used with option '--seeds <number>'"],
    [['--plan', 'a.json', '--from', '2'], "'--plan <file>' cannot be used with option '--from <number>'"],
    [
      ['--no-shrink', '--shrink-attempts', '3'],
      "'--shrink-attempts <number>' cannot be used with option '--no-shrink'",
    ],
    [['--sedes', '1'], "unknown option '--sedes'"],
    [['again'], 'too many arguments'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await run('campaign.ts', args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).toContain('--help shows the options.');
  });

  test.each(['nowhere', '.'])('refuses what is no package, by the file that is not there: %s', async (directory) => {
    const { code, stderr } = await run('campaign.ts', ['--packaged', directory]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `There is no ${path.join(directory, 'cloudformation-template-update-stack.json')}; npm run package makes it.\n`,
    );
  });

  test('refuses a plan that is none, by what is wrong with it, before it packages anything', async () => {
    const file = path.join(mkdtempSync(path.join(inject('runDirectory'), 'plan-')), 'plan.json');
    for (const [text, words] of [
      ['{"seed": "one"}', 'seed: '],
      ['no JSON', 'JSON'],
    ] as const) {
      writeFileSync(file, text);
      const { code, stdout, stderr } = await run('campaign.ts', ['--plan', file]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`${file} is no plan:\n  `);
      expect(stderr).toContain(words);
    }
  });

  test('explains its options and exit codes', async () => {
    const { code, stdout } = await run('campaign.ts', ['--help']);
    expect(code).toBe(0);
    for (const word of ['--seeds', '--plan', '--packaged', '--json', '130 interrupted']) expect(stdout).toContain(word);
  });
});

describe('the planted bugs', () => {
  test('are listed as one JSON object each', async () => {
    const { code, stdout } = await run('planted.ts', ['--list', '--json']);
    const bugs = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(code).toBe(0);
    expect(bugs.length).toBeGreaterThan(30);
    for (const bug of bugs) {
      expect(bug).toEqual({ name: expect.any(String), origin: expect.any(String), breaks: expect.any(String) });
    }
  });

  test('are only those that are named', async () => {
    const { code, stdout } = await run('planted.ts', ['--list', '--json', 'events-only']);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ name: 'events-only' }]);
  });

  test.each([
    [['no-such-bug'], 'no-such-bug'],
    [['--seeds', '0'], 'A whole number from 1 on'],
    [['--workers', 'all'], 'A whole number from 1 on'],
    [['--seed', '1'], "unknown option '--seed'"],
  ])('refuse %j', async (args, words) => {
    const { code, stdout, stderr } = await run('planted.ts', args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
  });
});
