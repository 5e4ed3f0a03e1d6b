import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A bug that other tools have had, or that AWS invites, as a small patch to the product. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Where such a bug comes from. */
  readonly origin: string;
  /** The promise of Ebbtide that it breaks. */
  readonly breaks: string;
}

export const BUGS_DIRECTORY = path.resolve(import.meta.dirname, '..', '..', 'test', 'planted-bugs');

/**
 * Reads the bugs that are kept as patches: `Origin:` and `Breaks:`, an empty line, and the patch.
 *
 * @param names those wanted; none: all
 * @throws PlantedBugError naming the file whose head is not so, or the names that there are not
 */
export function readPlantedBugs(names: readonly string[] = []): PlantedBug[] {
  const bugs = readdirSync(BUGS_DIRECTORY)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => readPlantedBug(path.join(BUGS_DIRECTORY, file)));
  const unknown = names.filter((name) => bugs.every((bug) => bug.name !== name));
  if (unknown.length > 0) {
    const known = bugs.map(({ name }) => name).join(', ');
    throw new PlantedBugError(`There is no planted bug ${unknown.join(', ')}. There are: ${known}.`);
  }
  return names.length === 0 ? bugs : bugs.filter(({ name }) => names.includes(name));
}

function readPlantedBug(file: string): PlantedBug {
  const head = /^Origin: (?<origin>.+)\nBreaks: (?<breaks>.+)\n\ndiff --git /.exec(readFileSync(file, 'utf8'));
  const { origin, breaks } = head?.groups ?? {};
  if (origin === undefined || breaks === undefined) {
    throw new PlantedBugError(`${file} does not begin with "Origin:", "Breaks:", an empty line and the patch.`);
  }
  return { name: path.basename(file, '.patch'), file, origin, breaks };
}

export class PlantedBugError extends Error {
  override readonly name = 'PlantedBugError';
}
