import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Lets esbuild drop the shapes of operations that are not used.
 *
 * The SDK writes keys of its shapes as constants: `{ [_xN]: _m }` with `const _xN = "xmlName"`. For esbuild a computed key
 * may have a side effect, so it keeps the shape; with `{ "xmlName": _m }`, which means the same, it does not. Most of
 * EC2's 1.3 MB of shapes are of this kind: without this, they are nearly half of a bundle, and half of its cold start.
 */
export const literalKeys: Plugin = {
  name: 'literal-keys',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: text.replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key)),
      };
    });
  },
};
