import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDocuments } from './documents.ts';

for (const [file, text] of Object.entries(makeDocuments())) {
  writeFileSync(path.resolve(import.meta.dirname, '..', file), text);
}
