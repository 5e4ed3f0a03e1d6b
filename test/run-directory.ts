import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A directory of this run of the tests, removed when it is over. */
    runDirectory: string;
  }
}

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(path.join(tmpdir(), 'ebbtide-'));
  project.provide('runDirectory', directory);
  return () => rmSync(directory, { recursive: true, force: true });
}
