import { cpSync, mkdtempSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageOnce } from '../../packaged.ts';
import { run, start } from '../command.ts';

const TIMEOUT_MS = 600_000;
const TEMPLATE = 'cloudformation-template-update-stack.json';

/** Of two instances, one of which goes. */
const PLAN = {
  seed: 100,
  settings: {},
  clusters: [
    {
      name: 'cluster-0',
      groups: [
        {
          name: 'group-0',
          cluster: 'cluster-0',
          desired: 2,
          minSize: 0,
          maxSize: 4,
          lifecycleHooks: [
            {
              name: 'ebbtide-terminate',
              transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
              heartbeatTimeoutSeconds: 60,
              defaultResult: 'CONTINUE',
            },
          ],
        },
      ],
      services: [{ cluster: 'cluster-0', name: 'service-0', desiredCount: 2 }],
      standaloneTasks: 0,
    },
  ],
  undocumented: {},
  faults: { rates: {} },
  troubleMinutes: 5,
  pushes: [{ atMs: 60_000, push: 'terminate through the group', seed: 1 }],
};

let packaged: string;
beforeAll(async () => {
  packaged = path.dirname((await packageOnce()).templateFile);
}, TIMEOUT_MS);

function directory(name: string): string {
  return mkdtempSync(path.join(inject('runDirectory'), `${name}-`));
}

/** A copy of the package whose template was changed. */
function withTemplate(change: (text: string) => string): string {
  const copy = directory('packaged');
  cpSync(packaged, copy, { recursive: true });
  const file = path.join(copy, TEMPLATE);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return copy;
}

/** Nobody reads what the rules bring. */
function withoutReaders(text: string): string {
  const template = JSON.parse(text) as { Resources: Record<string, { Type: string }> };
  const kept = Object.entries(template.Resources).filter(([, { Type }]) => Type !== 'AWS::Lambda::EventSourceMapping');
  return JSON.stringify({ ...template, Resources: Object.fromEntries(kept) });
}

function planFile(plan: object): string {
  const file = path.join(directory('plan'), 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

function lines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const ONE = ['--json', '--no-shrink', '--workers', '1'];

describe('the exit code', { timeout: TIMEOUT_MS }, () => {
  test('is 0 where all held', async () => {
    const { code, stdout } = await run('campaign.ts', [...ONE, '--packaged', packaged, '--plan', planFile(PLAN)]);
    expect(code).toBe(0);
    expect(lines(stdout)).toMatchObject([
      { kind: 'seed', seed: 100, failure: null },
      { kind: 'campaign', seeds: 1, asked: 1, endedEarly: false, exitCode: 0 },
    ]);
  });

  test('is 2 where an invariant was broken', async () => {
    const deaf = withTemplate((text) => withoutReaders(text).replaceAll('rate(1 minute)', 'rate(1 day)'));
    const { code, stdout } = await run('campaign.ts', [...ONE, '--packaged', deaf, '--plan', planFile(PLAN)]);
    expect(lines(stdout)).toMatchObject([{ failure: { kind: 'safety' } }, { exitCode: 2 }]);
    expect(code).toBe(2);
  });

  test('is 3 where something was still waiting in the end', async () => {
    const plan = planFile({ ...PLAN, pushes: [] });
    const args = [...ONE, '--packaged', withTemplate(withoutReaders), '--plan', plan];
    const { code, stdout } = await run('campaign.ts', args);
    expect(lines(stdout)).toMatchObject([{ failure: { kind: 'liveness' } }, { exitCode: 3 }]);
    expect(code).toBe(3);
  });

  test('is 4 where a world could not be played', async () => {
    const empty = withTemplate(() => '{}');
    const { code, stdout } = await run('campaign.ts', [...ONE, '--packaged', empty, '--plan', planFile(PLAN)]);
    expect(lines(stdout)).toMatchObject([{ failure: { kind: 'crash' }, error: expect.any(String) }, { exitCode: 4 }]);
    expect(code).toBe(4);
  });

  test('is 5 where a seed did not give the same trace twice', async () => {
    const chance = path.join(import.meta.dirname, 'forgotten-chance.ts');
    const args = [...ONE, '--packaged', packaged, '--plan', planFile({ ...PLAN, pushes: [] })];
    const { code, stdout } = await run('campaign.ts', args, { environment: { NODE_OPTIONS: `--import ${chance}` } });
    expect(lines(stdout)).toMatchObject([{ failure: { kind: 'notRepeatable' } }, { exitCode: 5 }]);
    expect(code).toBe(5);
  });
});

test('a smaller plan that cannot be written is told, and changes no exit code', { timeout: TIMEOUT_MS }, async () => {
  const cwd = directory('unwritable');
  writeFileSync(path.join(cwd, '.campaign'), 'a file where the directory goes');
  const plan = planFile({ ...PLAN, pushes: [] });
  const args = ['--packaged', withTemplate(withoutReaders), '--plan', plan, '--shrink-attempts', '1', '--workers', '1'];
  const asText = await run('campaign.ts', args, { cwd });
  expect(asText).toMatchObject({ code: 3, stderr: '' });
  const reason = /^\.campaign\/seed-100-[a-z-]+\.json cannot be written: EEXIST: /;
  const told = asText.stdout.split('\n');
  expect(told).toContain('Making the world of seed 100 smaller …');
  expect(told).toContainEqual(expect.stringMatching(reason));
  expect(told.filter((line) => line === `Again: npm run campaign -- --plan ${plan}`)).toHaveLength(2);
  expect(told).toContainEqual(expect.stringMatching(/^With making failures smaller: \d.* in all\.$/));
  const asObjects = await run('campaign.ts', [...args, '--json'], { cwd });
  expect(lines(asObjects.stdout)).toMatchObject([
    { kind: 'seed' },
    { kind: 'shrunk', problem: expect.stringMatching(reason) },
    { kind: 'campaign', exitCode: 3 },
  ]);
  expect(asObjects.stderr).toBe('Making the world of seed 100 smaller …\n');
});

describe('what ends early', { timeout: TIMEOUT_MS }, () => {
  test('as the time is up plays what it has begun, and says so', async () => {
    const args = ['--packaged', packaged, '--seeds', '1000', '--from', '3', '--minutes', '0.001', '--workers', '1'];
    const asObjects = await run('campaign.ts', [...args, '--no-shrink', '--json']);
    expect(lines(asObjects.stdout)).toMatchObject([
      { kind: 'seed', seed: 3 },
      { kind: 'campaign', seeds: 1, asked: 1_000, endedEarly: true, exitCode: asObjects.code },
    ]);
    const asText = await run('campaign.ts', [...args, '--no-shrink']);
    expect(asText.stdout).toContain('Ended early: 1 of 1,000 seeds were played.');
  });

  test('as somebody interrupts it once does so too', async () => {
    const args = ['--packaged', packaged, '--seeds', '1000', '--from', '2', '--workers', '1', '--no-shrink', '--json'];
    const campaign = start('campaign.ts', args);
    await campaign.says('"kind":"seed"');
    campaign.interrupt();
    const { code, stdout } = await campaign.ended;
    expect(lines(stdout).at(-1)).toMatchObject({ kind: 'campaign', asked: 1_000, endedEarly: true, exitCode: code });
  });

  test('as somebody interrupts it twice ends at once, with 130', async () => {
    const campaign = start('campaign.ts', ['--packaged', packaged, '--seeds', '1000', '--workers', '1']);
    await campaign.says('Seeds 1 to 1000.');
    campaign.interrupt();
    await campaign.says('Ending: ');
    campaign.interrupt();
    expect(await campaign.ended).toMatchObject({ code: 130, signal: null });
  });

  const commands = ['campaign.ts', 'planted.ts', 'start.ts'];
  test.each(commands.flatMap((file) => (['SIGINT', 'SIGTERM'] as const).map((signal) => [file, signal] as const)))(
    'while %s packages, by %s, ends with 130, and leaves nothing behind',
    async (file, signal) => {
      const temporary = directory('temporary');
      const began = new Promise<void>((resolve) => {
        const watcher = watch(temporary, () => {
          watcher.close();
          resolve();
        });
      });
      const command = start(file, [], { TMPDIR: temporary });
      await began;
      // By then osls writes, too.
      await setTimeout(1_500);
      command.interrupt(signal);
      expect(await command.ended).toMatchObject({ code: 130, signal: null });
      expect(readdirSync(temporary)).toEqual([]);
    },
  );
});

test.each(['campaign.ts', 'planted.ts', 'start.ts'])('%s names a TMPDIR where nothing can be made', async (file) => {
  const { code, stderr } = await run(file, [], { environment: { TMPDIR: '/nowhere' } });
  expect(code).toBe(file === 'start.ts' ? 3 : 1);
  expect(stderr).toMatch(/^No directory can be made in \/nowhere, where TMPDIR says: ENOENT: .*\n$/);
});
