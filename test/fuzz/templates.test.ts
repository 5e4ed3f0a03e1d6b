import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { parseTemplate } from '../../simulator/deploy/template-document.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { packageOnce } from '../packaged.ts';
import { anyJson, garbled, type Json, mutated, runs } from './arbitrary.ts';

const EXAMPLES = ['sam-drainer.yml', 'sns-drainer.yml'];
const example = (name: string) => readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');

let artifactsDirectory: string;
let templatePath: string;
let packaged: Json;
beforeAll(async () => {
  const { templateFile } = await packageOnce();
  artifactsDirectory = path.dirname(templateFile);
  packaged = JSON.parse(readFileSync(templateFile, 'utf8')) as Json;
  templatePath = path.join(mkdtempSync(path.join(inject('runDirectory'), 'fuzz-')), 'template.yml');
});

/** What JavaScript says where a program has not looked at what it was given: nobody finds the place in the template by it. */
const CRASH = /of (undefined|null)\b|not (a function|iterable)|convert|not undefined|\[object |call stack/;

/** Deployed, or refused in words of the simulator's own. */
function deploy(text: string): void {
  writeFileSync(templatePath, text);
  try {
    createSimulator({ seed: 1 }).deploy({ templatePath, artifactsDirectory });
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    const { name, message } = error as Error;
    expect({ name, message }).not.toMatchObject({ name: expect.stringMatching(/^(Type|Range|Reference)Error$/) });
    expect(message).not.toMatch(CRASH);
    expect(message).toMatch(/\w{3}/);
  }
}

describe('a template', () => {
  test('with anything in it changed is deployed, or refused by what is wrong with it', () => {
    const changed = mutated(packaged).map((json) => JSON.stringify(json));
    fc.assert(
      fc.property(changed, (text) => void deploy(text)),
      runs(150),
    );
  });

  test.each(EXAMPLES)('in YAML too: %s', (name) => {
    const changed = mutated(parseTemplate(example(name), name) as Json).map((json) => JSON.stringify(json));
    fc.assert(
      fc.property(changed, (text) => void deploy(text)),
      runs(500),
    );
  });

  test.each(EXAMPLES)('that is hardly one is refused likewise: %s', (name) => {
    fc.assert(
      fc.property(garbled(example(name)), (text) => void deploy(text)),
      runs(300),
    );
  });

  test('that is anything at all is refused likewise', () => {
    const anything = anyJson.map((json) => JSON.stringify(json));
    const sections = fc.record({ Resources: anyJson, Parameters: anyJson, Conditions: anyJson, Outputs: anyJson });
    const wrong = fc.record({ Resources: anyJson }).map((json) => JSON.stringify(json));
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          wrong,
          sections.map((json) => JSON.stringify(json)),
        ),
        (text) => void deploy(text),
      ),
      runs(500),
    );
  });
});
