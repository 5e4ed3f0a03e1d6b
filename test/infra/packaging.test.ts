import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, inject, it } from 'vitest';
import { packageInto, packageOnce } from '../packaged.ts';
import { resourcesOf, statementsOf } from './template.ts';

function directory(name: string): string {
  return path.join(inject('runDirectory'), name);
}

describe('packaging', () => {
  it('makes the same archives of the same sources, whenever and wherever', async () => {
    const first = await packageOnce();

    const second = await packageInto(directory('again'), { environment: { TZ: 'Pacific/Kiritimati' } });

    for (const [name, file] of Object.entries(first.archiveFiles)) {
      const again = readFileSync(second.archiveFiles[name] ?? '');
      expect([name, readFileSync(file).equals(again)]).toEqual([name, true]);
    }
  });

  it('puts one CommonJS file with the handler into each archive', async () => {
    const { archiveFiles, template } = await packageOnce();
    for (const [name, file] of Object.entries(archiveFiles)) {
      const entries = Object.entries(unzipSync(readFileSync(file)));
      const handler = resourcesOf(template, 'AWS::Lambda::Function')
        .map(([, resource]) => resource.Properties)
        .find((properties) => String(properties.FunctionName).endsWith(`-${name}`))?.Handler;
      expect(entries.map(([entry]) => entry)).toEqual([String(handler).replace(/\.handler$/, '.js')]);
      expect(new TextDecoder().decode(entries[0]?.[1])).toMatch(/module\.exports\s*=/);
    }
  });

  it('leaves out the shapes of operations that are not called, of which EC2 alone has more than a megabyte', async () => {
    const { metafiles } = await packageOnce();
    for (const [name, { outputs }] of Object.entries(metafiles)) {
      const shapes = Object.values(outputs).flatMap(({ inputs }) =>
        Object.entries(inputs).filter(([input]) => /@aws-sdk\/client-[^/]+\/dist-es\/schemas\//.test(input)),
      );
      expect(shapes.length).toBeGreaterThan(0);
      const bytes = shapes.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
      expect([name, bytes]).toEqual([name, Math.min(bytes, 200_000)]);
    }
  });

  it('follows the parameters', async () => {
    const { template } = await packageInto(directory('parameters'), {
      parameters: [
        'clusters=prod-*,!prod-x,dev',
        'autoScalingGroups=web',
        'logRetentionDays=7',
        'tableDeletionProtection=false',
      ],
    });

    expect(resourcesOf(template, 'AWS::AutoScaling::LifecycleHook')).toHaveLength(1);
    expect(template.Resources.SweepLogGroup?.Properties.RetentionInDays).toBe(7);
    expect(template.Resources.IncidentTable?.Properties.DeletionProtectionEnabled).toBe(false);
    const changing = statementsOf(template.Resources.SweepRole).find(({ Action }) =>
      [Action].flat().includes('ecs:UpdateContainerInstancesState'),
    );
    expect(JSON.stringify(changing?.Condition)).toMatch(/cluster\/prod-\*.*cluster\/dev/);
    expect(JSON.stringify(changing?.Condition)).not.toContain('prod-x');
  });

  it('refuses more names of clusters than IAM lets a role have', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `platform-team-${index + 10}-prod`);
    const packaging = (count: number) =>
      packageInto(directory(`clusters-${count}`), { parameters: [`clusters=${names(count).join(',')}`] });

    await expect(packaging(25)).resolves.toBeDefined();
    await expect(packaging(45)).rejects.toThrow(/clusters names too many .* use patterns such as `prod-\*`/);
  });

  it('names everything that is wrong at once, without a stack trace, and leaves what was packaged before', async () => {
    const refused = directory('wrong');
    const failure = packageInto(refused, {
      parameters: ['drainDeadlineMinutes=0', 'logRetentionDays=2', 'clutsers=prod-*'],
    });
    // The directory is there, and the process has only just been started.
    const before = path.join(refused, '.serverless', 'of-the-last-time.zip');
    mkdirSync(path.dirname(before));
    writeFileSync(before, '');

    const message = await failure.then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(message).toContain('drainDeadlineMinutes is "0"; allowed: a whole number from 1 to 2820');
    expect(message).toContain('logRetentionDays is "2"');
    expect(message).toContain('clutsers is not a setting');
    expect(existsSync(before)).toBe(true);
    expect(message.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('packaged.ts'))).toEqual([]);
  });
});
