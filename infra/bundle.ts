import { build, type Metafile } from 'esbuild';
import { zipSync } from 'fflate';
import { literalKeys } from './literal-keys.ts';

export interface Bundle {
  /** A ZIP archive for Lambda, with one file. */
  readonly archive: Uint8Array;
  /** What went in, and how much of each file came out. */
  readonly metafile: Metafile;
  readonly sourceMap: Uint8Array;
}

/** A ZIP entry's time has no zone: made of local parts, it is the same everywhere. 1980 is the format's first year. */
const zipTime = new Date(1980, 0, 1);

/**
 * Bundles a function with all it needs, so that what was tested is what runs. The same sources give the same bytes.
 *
 * @param root of the repository
 * @param entry the source file, relative to `root`, without its extension; in the archive it is a `.js` of that path
 * @throws esbuild's BuildFailure, whose message has the place of each problem
 */
export async function bundleFunction(root: string, entry: string): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`${entry}.ts`],
    outfile: `${entry}.js`,
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Lambda takes a .js file without a package.json as CommonJS (docs/decisions/commonjs-bundles.md).
    format: 'cjs',
    // The modules of the AWS SDK, not their CommonJS builds: only these can be tree-shaken.
    mainFields: ['module', 'main'],
    plugins: [literalKeys],
    minify: true,
    // Kept beside the account of the bundle, not shipped: it leads from a line of a stack trace to the source.
    sourcemap: 'external',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [map, code] = ['.js.map', '.js'].map(
    (end) => result.outputFiles.find(({ path }) => path.endsWith(end))?.contents,
  );
  if (code === undefined || map === undefined) throw new Error(`esbuild made nothing of ${entry}.ts`);
  const readableByAll = 0o644 << 16;
  const archive = zipSync({ [`${entry}.js`]: [code, { os: 3, attrs: readableByAll }] }, { mtime: zipTime, level: 9 });
  return { archive, metafile: result.metafile, sourceMap: map };
}
