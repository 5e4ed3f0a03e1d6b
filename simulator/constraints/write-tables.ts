import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createSimulator } from '../simulator.ts';
import { type ConstraintTable, tablePath } from './constraint.ts';
import { extractConstraints, type ServiceModel } from './extract.ts';

/**
 * Makes the tables of constraints anew, from the service models that come with botocore:
 *
 *     npm run constraints -- <botocore's folder data, or one service-2.json, gzipped or not>
 */
function writeTables(source: string): void {
  const tables = createSimulator({ seed: 1 }).services.flatMap(({ name, operations }) => {
    const file = modelOf(source, name);
    if (file === undefined) return [];
    return [[tablePath(name), format(extractConstraints(readModel(file), Object.keys(operations)))] as const];
  });
  if (tables.length === 0) throw new ModelError(`${source} is the model of no service that is simulated`);
  for (const [file, text] of tables) writeFileSync(file, text);
}

class ModelError extends Error {
  override readonly name = 'ModelError';
}

/** The newest model of a service below a folder, or the file itself if it is of that service. */
function modelOf(from: string, service: string): string | undefined {
  if (/\.json(\.gz)?$/.test(from)) return path.resolve(from).split(path.sep).at(-3) === service ? from : undefined;
  const newest = globSync(`${service}/*/service-2.json*`, { cwd: from }).sort().at(-1);
  if (newest === undefined) throw new ModelError(`${from} has no model of ${service}`);
  return path.join(from, newest);
}

function readModel(file: string): ServiceModel {
  try {
    const bytes = readFileSync(file);
    return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError(`${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** One shape to the line: what a new operation adds can be read in a diff. */
function format({ apiVersion, operations, shapes }: ConstraintTable): string {
  const rows = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{
  "apiVersion": ${JSON.stringify(apiVersion)},
  "operations": {
${rows(operations)}
  },
  "shapes": {
${rows(shapes)}
  }
}
`;
}

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Where are the models? Name the folder `data` of botocore, or one service-2.json.');
  process.exitCode = 2;
} else {
  try {
    writeTables(source);
  } catch (error) {
    console.error(error instanceof ModelError ? error.message : error);
    process.exitCode = 1;
  }
}
