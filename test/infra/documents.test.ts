import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDocuments } from '../../infra/documents.ts';
import { settings } from '../../shared/config/settings.ts';
import { incidentEventSchema } from '../../shared/incidents/incident-event.ts';

function read(file: string): string {
  return readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
}

describe('the documents', () => {
  it.each(Object.entries(makeDocuments()))('%s is as `npm run docs` makes it', (file, text) => {
    expect(read(file)).toBe(text);
  });

  it('name every setting and every parameter, with what is allowed and what it means', () => {
    const sections = read('docs/configuration.md').split('\n### ').slice(1);
    const names = sections.map((section) => section.slice(0, section.indexOf('\n')));
    expect(names).toEqual(expect.arrayContaining(Object.keys(settings)));
    expect(names).toContain('tableDeletionProtection');
    for (const section of sections) {
      expect(section).toMatch(/^\w+\n\n\S.{20,}\n\n- Allowed: \S.+\n- Default: /);
    }
  });

  it('show an event that follows its schema to the letter', () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(read('docs/events.md')) ?? [];
    expect(incidentEventSchema.parse(JSON.parse(example))).toEqual(JSON.parse(example));
  });
});
