import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** The rules of the tree that no compiler checks. */

const LINES_MAX = 250;
const folders = ['functions', 'shared', 'infra', 'simulator', 'cli', 'bench', 'test'];
const sources = new Map(
  globSync(folders.map((folder) => `${folder}/**/*.ts`))
    .sort()
    .map((file) => [file, readFileSync(file, 'utf8')]),
);

function filesIn(...roots: string[]): [string, string][] {
  return [...sources].filter(([file]) => roots.some((root) => file === root || file.startsWith(`${root}/`)));
}

interface Import {
  readonly from: string;
  /** A package, or a file of the tree. */
  readonly what: string;
  readonly isTypeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const statements = sources.get(file)?.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?\bfrom\s+'([^']+)';/gms) ?? [];
  return [...statements].map(([, type, specifier = '']) => ({
    from: file,
    what: specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier,
    isTypeOnly: type !== undefined,
  }));
}

/** As `file -> what it imports`, those imports that `isAllowed` does not let pass. */
function forbidden(roots: string[], isAllowed: (what: Import) => boolean): string[] {
  return filesIn(...roots)
    .flatMap(([file]) => importsOf(file))
    .filter((one) => !isAllowed(one))
    .map(({ from, what }) => `${from} -> ${what}`);
}

function isOf(what: string, ...roots: string[]): boolean {
  return roots.some((root) => what === root || what.startsWith(`${root}/`));
}

/** The code with comments and the contents of strings blanked, so that only what runs is judged. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(?<!:)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

describe('dependencies point one way', () => {
  test('the product knows nothing of what deploys, simulates, operates or tests it', () => {
    const others = ['simulator', 'cli', 'bench', 'test', 'infra'];
    expect(forbidden(['shared', 'functions'], ({ what }) => !isOf(what, ...others))).toEqual([]);
    expect(forbidden(['shared'], ({ what }) => !isOf(what, 'functions'))).toEqual([]);
  });

  test('the simulator knows nothing of the product, nor of its operator and tests', () => {
    const others = ['shared', 'functions', 'cli', 'bench', 'test'];
    expect(forbidden(['simulator'], ({ what }) => !isOf(what, ...others))).toEqual([]);
  });

  test('decisions reach no AWS client, gateway, review or runtime, not even through what they import', () => {
    const banned = ['shared/aws', 'shared/reviews', 'shared/delivery', 'shared/runtime.ts', 'shared/policies.ts'];
    const isAllowed = ({ what }: Import) => !isOf(what, '@aws-sdk', '@aws-lambda-powertools', 'node:fs', ...banned);
    const reached = new Set(filesIn('shared/domain').map(([file]) => file));
    for (const file of reached) {
      for (const { what, isTypeOnly } of importsOf(file)) if (!isTypeOnly && sources.has(what)) reached.add(what);
    }
    const broken = [...reached].flatMap(importsOf).filter((one) => !isAllowed(one));
    expect(forbidden(['shared/domain'], isAllowed)).toEqual([]);
    expect(broken.filter(({ isTypeOnly }) => !isTypeOnly)).toEqual([]);
  });

  test('only gateways speak to ECS, Auto Scaling, EC2 and SSM', () => {
    const fleet = ['ecs', 'auto-scaling', 'ec2', 'ssm'].map((name) => `@aws-sdk/client-${name}`);
    const isAllowed = ({ from, what, isTypeOnly }: Import) =>
      !fleet.includes(what) || isTypeOnly || isOf(from, 'shared/aws') || from === 'shared/runtime.ts';
    expect(forbidden(['shared', 'functions'], isAllowed)).toEqual([]);
  });
});

describe('time, chance and the environment', () => {
  const sourcesOfChange =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandomUUID\b|\bprocess\.(?:env|hrtime)\b|\bperformance\.now\b|(?<![.\w])set(?:Timeout|Interval)\(|'node:timers/;
  const breaking = (roots: string[], ...allowed: string[]) =>
    filesIn(...roots)
      .filter(([file, text]) => !isOf(file, ...allowed) && sourcesOfChange.test(codeOf(text)))
      .map(([file]) => file);

  test('enter the product at its runtime and nowhere else', () => {
    expect(breaking(['shared', 'functions'], 'shared/runtime.ts')).toEqual([]);
  });

  test('do not enter the simulator, except to be replaced in its sandbox and where it serves HTTP', () => {
    const allowed = ['simulator/services/lambda/sandbox', 'simulator/wire/http.ts'];
    expect(breaking(['simulator'], ...allowed)).toEqual([]);
  });
});

describe('what changes the fleet', () => {
  /** PutEvents only tells. */
  const isMutating = (code: string) => /new (?!Describe|List|Get|PutEvents)\w+Command\(/.test(code);
  const gateways = filesIn('shared/aws').flatMap(([, text]) =>
    codeOf(text).split(/^(?=(?:export )?(?:async )?function )/m),
  );
  const mutating = gateways
    .filter(isMutating)
    .map((code) => /function (\w+)/.exec(code)?.[1] ?? 'outside of a function');

  test('is known', () => {
    expect(mutating).toEqual(
      expect.arrayContaining(['completeLifecycleAction', 'setContainerInstancesState', 'stopTask']),
    );
    expect(mutating).not.toContain('outside of a function');
  });

  test('is done inside perform() and nowhere else, so that observe mode changes nothing', () => {
    const call = new RegExp(`\\b(?:${mutating.join('|')})\\(`, 'g');
    const outside = filesIn('shared', 'functions')
      .filter(([file]) => !isOf(file, 'shared/aws'))
      .flatMap(([file, text]) => {
        const code = codeOf(text);
        const guarded = rangesOf(code, 'perform(');
        return [...code.matchAll(call)]
          .filter(({ index }) => !guarded.some(([start, end]) => start < index && index < end))
          .map(([found]) => `${file}: ${found}`);
      });
    expect(outside).toEqual([]);
  });

  /** From each `opening` to the parenthesis that closes it. */
  function rangesOf(code: string, opening: string): [number, number][] {
    const ranges: [number, number][] = [];
    for (let start = code.indexOf(opening); start >= 0; start = code.indexOf(opening, start + 1)) {
      let end = start + opening.length;
      for (let depth = 1; depth > 0 && end < code.length; end += 1) {
        depth += code[end] === '(' ? 1 : code[end] === ')' ? -1 : 0;
      }
      ranges.push([start, end]);
    }
    return ranges;
  }
});

describe('every file', () => {
  test(`has at most ${LINES_MAX} lines`, () => {
    const long = [...sources].filter(([, text]) => text.trimEnd().split('\n').length > LINES_MAX).map(([file]) => file);
    expect(long).toEqual([]);
  });

  test('runs all of its tests', () => {
    const partial = /(?<!\.)\.(?:only|skip|todo|skipIf|runIf)\b|\bx(?:it|describe|test)\(/;
    const hidden = filesIn('test').filter(
      ([file, text]) => file !== 'test/architecture.test.ts' && partial.test(codeOf(text)),
    );
    expect(hidden.map(([file]) => file)).toEqual([]);
  });

  test('names no path of the machine that it was written on', () => {
    const machine = new RegExp(`(?<![\\w.*])/(?:${['work', 'tmp', 'root', 'Users'].join('|')})/`);
    const isLeftOut = (name: string) => /^(?:node_modules|\.git|\.serverless|\.osls|\.build|coverage)$/.test(name);
    const texts = globSync(['**/*.{ts,md,yml,yaml,json,tf}', '.github/**', '.ci/**'], { exclude: isLeftOut })
      .filter((file) => statSync(file).isFile())
      .filter((file) => !file.split('/').some(isLeftOut));
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((file) => machine.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
